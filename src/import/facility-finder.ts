import type { StockRow } from './row.ts'

/** What a facility is called: by us, and by the sender. */
export type FacilityKeys = { facilityId: number; code: string; externalId: string | null }

/** The facility that a row names; null where the catalogue has none. */
export type FacilityFinder = (named: StockRow['facility']) => number | null

/**
 * Finds facilities without asking the database for each row: there are thousands of them at the most, where there may be
 * millions of rows. To the letter, like every name in the catalogue.
 */
export function facilityFinder(facilities: readonly FacilityKeys[]): FacilityFinder {
  const byCode = new Map(facilities.map(({ code, facilityId }) => [code, facilityId]))
  const byExternalId = new Map(facilities.flatMap(({ externalId, facilityId }) => (externalId === null ? [] : [[externalId, facilityId]])))
  return ({ type, value }) => (type === 'facilityId' ? byCode : byExternalId).get(value) ?? null
}
