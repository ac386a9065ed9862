/**
 * What a channel may promise at one of its locations: the sum over its facilities of what each can spare, each floored at
 * nothing by itself, less the channel's threshold and what already waits unassigned, floored at nothing again.
 *
 * A facility that was never counted gives nothing and is said to be unknown. This is the specification of
 * `recomputeTargets` in store.ts, which does the same in SQL for whole sets; `explainAvailability` gives each term.
 */
export type FacilityTerms = {
  facility: string
  /** null: never counted here, which is unknown and not zero. */
  onHandUnits: number | null
  reservedUnits: number
  safetyStockUnits: number
}

export type ChannelTerms = {
  facilities: readonly FacilityTerms[]
  /** Kept back once per product for the whole channel; 0 where a location stands for one facility. */
  thresholdUnits: number
  /** Open order units that no facility holds yet. */
  queuedUnits: number
}

export type FacilityExplanation = FacilityTerms & { sellableUnits: number }

export type Explanation = {
  facilities: FacilityExplanation[]
  sumUnits: number
  thresholdUnits: number
  queuedUnits: number
  sellableUnits: number
  /** In words: "408 on hand − 4 reserved − 2 safety stock = 402". */
  sentence: string
}

export function sellableAtFacility(terms: FacilityTerms): number {
  if (terms.onHandUnits === null) return 0
  return Math.max(0, terms.onHandUnits - terms.reservedUnits - terms.safetyStockUnits)
}

export function explainAvailability(terms: ChannelTerms): Explanation {
  const facilities = terms.facilities.map(facility => ({ ...facility, sellableUnits: sellableAtFacility(facility) }))
  const sumUnits = facilities.reduce((sum, facility) => sum + facility.sellableUnits, 0)
  const sellableUnits = Math.max(0, sumUnits - terms.thresholdUnits - terms.queuedUnits)
  const sum = { facilities, sumUnits, thresholdUnits: terms.thresholdUnits, queuedUnits: terms.queuedUnits, sellableUnits }
  return { ...sum, sentence: sentenceOf(sum) }
}

function sentenceOf(of: Omit<Explanation, 'sentence'>): string {
  const only = of.facilities.length === 1 ? of.facilities[0] : undefined
  if (only && only.onHandUnits === null) return `never counted at ${only.facility}: unknown, so nothing is promised`
  const terms = only ? facilityPart(only) : [`${of.sumUnits} sellable at ${of.facilities.length} facilities`]
  if (of.thresholdUnits > 0) terms.push(`${of.thresholdUnits} threshold`)
  if (of.queuedUnits > 0) terms.push(`${of.queuedUnits} queued`)
  const total =
    (only ? (only.onHandUnits ?? 0) - only.reservedUnits - only.safetyStockUnits : of.sumUnits) - of.thresholdUnits - of.queuedUnits
  const floored = total < 0 ? `${signed(total)}, floored at 0` : `${of.sellableUnits}`
  return terms.length === 1 && total >= 0 ? `${terms[0]} = ${of.sellableUnits}` : `${terms.join(' − ')} = ${floored}`
}

function facilityPart(facility: FacilityExplanation): string[] {
  const terms = [`${facility.onHandUnits} on hand`]
  if (facility.reservedUnits > 0) terms.push(`${facility.reservedUnits} reserved`)
  if (facility.safetyStockUnits > 0) terms.push(`${facility.safetyStockUnits} safety stock`)
  return terms
}

function signed(units: number): string {
  return units < 0 ? `−${-units}` : `${units}`
}
