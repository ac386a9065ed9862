import { type ChannelTerms, explainAvailability, type FacilityTerms } from '../../src/availability/availability.ts'

/*
 * A small model of one product's stock at two facilities that sell online together: what anybody would reckon on a sheet of
 * paper. It knows nothing of ledgers, files or sets; the property test holds the rooms to it.
 */

export const PLACES = ['NYC', 'BOS'] as const
export type Place = (typeof PLACES)[number]

export type Deed =
  /** Files. */
  | { kind: 'count'; place: Place; units: number }
  | { kind: 'atp'; place: Place; units: number }
  | { kind: 'variance'; place: Place; units: number }
  /** Documents. */
  | { kind: 'counted by hand'; place: Place; units: number }
  | { kind: 'correction'; place: Place; units: number }
  | { kind: 'receipt'; place: Place; units: number; stepsLater: number }
  | { kind: 'transfer'; from: Place; units: number }
  | { kind: 'taken at once'; place: Place; takers: number }
  | { kind: 'taken back'; place: Place; units: number }
  /** Words on orders. */
  | { kind: 'ordered'; order: number; place: Place | null; isPreorder: boolean; units: number }
  | { kind: 'cancelled'; order: number; units: number }
  | { kind: 'shipped'; order: number; place: Place; units: number }
  | { kind: 'returned'; order: number; place: Place; units: number; isRestocked: boolean }
  | { kind: 'rejected'; order: number; place: Place; units: number; isThere: boolean }
  | { kind: 'told again' }

type Line = { place: Place | null; isPreorder: boolean; ordered: number; cancelled: number; shipped: number; rejected: number }

/** What a person with a sheet of paper would have of one product. */
export class StockModel {
  readonly units: Record<Place, number> = { NYC: 0, BOS: 0 }
  readonly isKnown: Record<Place, boolean> = { NYC: false, BOS: false }
  private readonly lines = new Map<number, Line>()
  private holds: { place: Place; units: number }[] = []
  private due: { place: Place; units: number; step: number }[] = []

  /** What is due before this step takes effect first. */
  begin(step: number): void {
    for (const one of this.due.filter(each => each.step === step)) this.add(one.place, one.units)
    this.due = this.due.filter(each => each.step !== step)
  }

  do(deed: Deed, step: number): void {
    switch (deed.kind) {
      case 'count':
      case 'counted by hand':
        this.set(deed.place, deed.units)
        this.holds = this.holds.filter(hold => hold.place !== deed.place)
        return
      case 'atp':
        this.set(deed.place, deed.units + this.reserved(deed.place))
        return
      case 'variance':
      case 'correction':
        if (deed.units > 0 || this.units[deed.place] + deed.units >= 0) this.add(deed.place, deed.units)
        return
      case 'receipt':
        if (deed.stepsLater === 0) this.add(deed.place, deed.units)
        else this.due.push({ place: deed.place, units: deed.units, step: step + deed.stepsLater })
        return
      case 'transfer': {
        if (this.units[deed.from] < deed.units) return
        this.add(deed.from, -deed.units)
        this.add(deed.from === 'NYC' ? 'BOS' : 'NYC', deed.units)
        return
      }
      case 'taken at once': {
        const taken = Math.min(deed.takers, Math.max(0, this.units[deed.place]))
        if (taken > 0) this.add(deed.place, -taken)
        return
      }
      case 'taken back':
        // Taken back, and known since; where more had left than was known, taking back is refused and the receipt stands.
        this.add(deed.place, this.units[deed.place] < 0 ? deed.units : 0)
        return
      case 'ordered': {
        const { place, isPreorder, units } = deed
        const before = this.lines.get(deed.order) ?? { cancelled: 0, shipped: 0 }
        this.lines.set(deed.order, { ...before, place, isPreorder: place === null && isPreorder, ordered: units, rejected: 0 })
        return
      }
      case 'cancelled':
        this.line(deed.order).cancelled += deed.units
        return
      case 'shipped':
        this.line(deed.order, deed.place).shipped += deed.units
        this.units[deed.place] -= deed.units
        return
      case 'returned':
        this.line(deed.order, deed.place)
        if (deed.isRestocked) this.units[deed.place] += deed.units
        return
      case 'rejected':
        this.line(deed.order, deed.place).rejected += deed.units
        if (!deed.isThere) this.holds.push({ place: deed.place, units: deed.units })
        return
      case 'told again':
        return
    }
  }

  reserved(place: Place): number {
    const held = [...this.lines.values()].filter(line => line.place === place).map(line => open(line) - Math.min(open(line), line.rejected))
    return sum(held) + sum(this.holds.filter(hold => hold.place === place).map(hold => hold.units))
  }

  queued(): number {
    return sum([...this.lines.values()].map(line => (line.place === null ? open(line) : Math.min(open(line), line.rejected))))
  }

  /** What may be promised at a facility's own location, and at that of both. */
  promised(): { NYC: string; BOS: string; online: string } {
    const terms = PLACES.map(
      (place): FacilityTerms => ({
        ...{ facility: place, isSwitchedOff: false, switchRule: null, components: [], safetyStockUnits: 0, safetyRule: null },
        ...{ onHandUnits: this.isKnown[place] ? this.units[place] : null, reservedUnits: this.reserved(place) },
      }),
    )
    const rest = { thresholdUnits: 0, thresholdRule: null, isSwitchedOff: false, switchRule: null, isHeldForPreorders: false }
    const said = (of: ChannelTerms) => {
      const { sellableUnits, deficitUnits } = explainAvailability(of)
      return `${sellableUnits}/${deficitUnits}`
    }
    const at = (place: Place) =>
      this.isKnown[place] ? said({ ...rest, facilities: terms.filter(one => one.facility === place), queuedUnits: 0 }) : 'unknown'
    const isAnyKnown = PLACES.some(place => this.isKnown[place])
    return {
      NYC: at('NYC'),
      BOS: at('BOS'),
      online: isAnyKnown ? said({ ...rest, facilities: terms, queuedUnits: this.queued() }) : 'unknown',
    }
  }

  private add(place: Place, units: number): void {
    this.units[place] += units
    this.isKnown[place] = true
  }

  private set(place: Place, units: number): void {
    this.units[place] = units
    this.isKnown[place] = true
  }

  /** A line that nobody ordered yet is made by whatever else is told of it. */
  private line(order: number, place: Place | null = null): Line {
    const known = this.lines.get(order)
    if (known) return known
    const made = { place, isPreorder: false, ordered: 0, cancelled: 0, shipped: 0, rejected: 0 }
    this.lines.set(order, made)
    return made
  }
}

function open(line: Line): number {
  return Math.max(0, line.ordered - line.cancelled - line.shipped)
}

function sum(units: readonly number[]): number {
  return units.reduce((total, one) => total + one, 0)
}
