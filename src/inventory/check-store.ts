import type { Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { addDocument, lockLedger } from './document-store.ts'
import { publishHead } from './store.ts'

export type Differing = {
  facilityId: number
  productId: number
  onHandUnits: number | null
  ledgerUnits: number | null
  reservedUnits: number | null
  ledgerReservedUnits: number | null
}

export type CheckResult = {
  positions: number
  differing: number
  differingBins: number
  /** Positions whose reserved units are not what the orders hold there. */
  differingReservations: number
  examples: Differing[]
}

const EXAMPLES_MAX = 20

/** Every position beside the sum of its movements. */
const COMPARED = `
  select coalesce(l.facility_id, p.facility_id) as facility_id, coalesce(l.product_id, p.product_id) as product_id,
         p.on_hand_units, p.reserved_units, l.on_hand, l.reserved,
         p.on_hand_units is distinct from l.on_hand or p.reserved_units is distinct from l.reserved as differs
    from (select facility_id, product_id, sum(on_hand_units) as on_hand, sum(reserved_units) as reserved
            from inventory.movement group by facility_id, product_id) l
    full join inventory.position p on p.facility_id = l.facility_id and p.product_id = l.product_id`

const COMPARED_BINS = `
  select coalesce(l.facility_id, b.facility_id) as facility_id, coalesce(l.product_id, b.product_id) as product_id, coalesce(l.bin, b.bin) as bin,
         l.on_hand, b.on_hand_units is distinct from l.on_hand as differs
    from (select facility_id, product_id, bin, sum(on_hand_units) as on_hand
            from inventory.movement where bin is not null group by facility_id, product_id, bin) l
    full join inventory.bin b on b.facility_id = l.facility_id and b.product_id = l.product_id and b.bin = l.bin`

/** Recomputes every position and every bin from its movements, what is reserved from the orders, and keeps the result. Reads all; writes one row. */
export async function checkLedger(tx: Tx, now: InstantMs): Promise<CheckResult> {
  const examples = await tx.query<Differing & { positions: number; differing: number }>(
    `with compared as (${COMPARED}),
     counted as (select count(*) as positions, count(*) filter (where differs) as differing from compared)
     select counted.positions, counted.differing, facility_id as "facilityId", product_id as "productId",
            on_hand_units as "onHandUnits", on_hand as "ledgerUnits", reserved_units as "reservedUnits", reserved as "ledgerReservedUnits"
       from counted left join lateral (select * from compared where differs limit ${EXAMPLES_MAX}) example on true`,
  )
  const [bins] = await tx.query<{ differing: number }>(`select count(*) as differing from (${COMPARED_BINS}) compared where differs`)
  const [reserved] = await tx.query<{ differing: number }>(
    `select count(*) as differing
       from (select facility_id, product_id, sum(units) as units from inventory.reservation group by facility_id, product_id) r
       full join (select facility_id, product_id, reserved_units from inventory.position where reserved_units <> 0) p using (facility_id, product_id)
      where r.units is distinct from p.reserved_units`,
  )
  const positions = examples[0]?.positions ?? 0
  const differing = examples[0]?.differing ?? 0
  const differingBins = bins?.differing ?? 0
  const differingReservations = reserved?.differing ?? 0
  await tx.query('insert into inventory.check_run (checked_at, positions, differing) values ($1, $2, $3) on conflict do nothing', [
    new Date(now),
    positions,
    differing + differingBins + differingReservations,
  ])
  return { positions, differing, differingBins, differingReservations, examples: examples.filter(row => row.facilityId !== null) }
}

/**
 * Brings positions and bins back to what their movements add up to: movements are the record, the rest is derived. Each
 * repaired position gets a movement of nothing that says what stood there, so that its history tells of it.
 */
export async function repairLedger(tx: Tx, { who, now }: { who: string; now: InstantMs }): Promise<{ positions: number; bins: number }> {
  await lockLedger(tx)
  const bins = await tx.query(
    `with compared as (${COMPARED_BINS})
     insert into inventory.bin (facility_id, product_id, bin, on_hand_units)
     select facility_id, product_id, bin, coalesce(on_hand, 0) from compared where differs
     on conflict (facility_id, product_id, bin) do update set on_hand_units = excluded.on_hand_units
     returning 1`,
  )
  await tx.query(`create temp table differing on commit drop as select * from (${COMPARED}) compared where differs`)
  const [found] = await tx.query<{ positions: number }>('select count(*) as positions from differing')
  const positions = found?.positions ?? 0
  if (positions === 0) return { positions, bins: bins.length }
  const documentId = await addDocument(tx, {
    ...{ kind: 'repair', who, key: null, askedSha256: null, reference: null, effectiveAt: now, now },
    comment: `${positions} positions brought back to the sum of their movements`,
  })
  await tx.query(
    `insert into inventory.movement (seq, facility_id, product_id, on_hand_units, recorded_at, effective_at, reason, reference, document_id)
     select nextval('inventory.movement_seq'), facility_id, product_id, 0, $1, $1, 'LEDGER_REPAIR',
            'said ' || coalesce(on_hand_units, 0) || ' on hand and ' || coalesce(reserved_units, 0) || ' reserved, its movements add up to '
              || coalesce(on_hand, 0) || ' and ' || coalesce(reserved, 0), $2
       from differing`,
    [new Date(now), documentId],
  )
  await tx.query(
    `insert into inventory.position (facility_id, product_id, on_hand_units, reserved_units, counted_at)
     select facility_id, product_id, coalesce(on_hand, 0), coalesce(reserved, 0), $1 from differing
     on conflict (facility_id, product_id) do update set on_hand_units = excluded.on_hand_units, reserved_units = excluded.reserved_units`,
    [new Date(now)],
  )
  await publishHead(tx)
  return { positions, bins: bins.length }
}
