import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { openTestDatabase } from '../../test/database.ts'
import { type Piece, placesOf } from '../orders/assignment.ts'
import { gatherTouchedOrders, gatherWanted } from './reservation-store.ts'

const ORDERS = 300
const MEMBERS = ['F1', 'F2']
const units = fc.integer({ min: 1, max: 4 })
const pieces: fc.Arbitrary<Piece[]> = fc.array(
  fc.oneof(
    fc.record({ facility: fc.constantFrom('F1', 'F2', 'STRANGER'), units }),
    fc.record({ parking: fc.constantFrom('_NA_', 'PRE_ORDER_PARKING'), units }),
  ),
  { maxLength: 4 },
)
/** Lines of one product, which the shop may have split; the location stands for a group or for one facility. */
const order = fc.record({ lines: fc.array(units, { minLength: 1, maxLength: 3 }), pieces, isGroup: fc.boolean() })

test('where the units of 300 orders lie is what `placesOf` says, whoever was assigned', async () => {
  const database = await openTestDatabase()
  onTestFinished(() => database.drop())
  const { db } = database
  const at = new Date(0)
  for (const code of [...MEMBERS, 'STRANGER'])
    await db.query('insert into catalog.facility (code, name, created_at) values ($1, $1, $2)', [code, at])
  await db.query(`insert into catalog.product (name, created_at) values ('P', $1)`, [at])
  await db.query(`insert into catalog.facility_group (code, name) values ('G', 'G')`)
  await db.query('insert into catalog.facility_group_member (group_id, facility_id, from_at) values (1, 1, $1), (1, 2, $1)', [at])
  await db.query(`insert into catalog.shop (code, name, api_url) values ('s', 'S', 'http://127.0.0.1:9')`)
  await db.query(
    `insert into catalog.location (shop_id, location_gid, name, is_active, seen_at) values (1, 'online', 'Online', true, $1), (1, 'store', 'Store', true, $1)`,
    [at],
  )
  await db.query(
    'insert into catalog.location_mapping (shop_id, location_id, facility_id, group_id) values (1, 1, null, 1), (1, 2, 2, null)',
  )
  await db.query(`insert into catalog.item_link (shop_id, product_id, inventory_item_gid) values (1, 1, 'item')`)
  const orders = fc.sample(order, { seed: 20_261_126, numRuns: ORDERS })
  for (const [n, { lines, pieces: assigned, isGroup }] of orders.entries()) {
    await db.query(
      `insert into orders.open_line (shop_id, order_gid, line_gid, inventory_item_gid, location_gid, open_units, taken_units)
       select 1, $1, 'line ' || ordinal, 'item', $2, units, units from unnest($3::integer[]) with ordinality as l (units, ordinal)`,
      [`order ${n}`, isGroup ? 'online' : 'store', lines],
    )
    await db.query(
      `insert into orders.assignment (shop_id, order_gid, inventory_item_gid, ordinal, facility_id, parking, units, who, assigned_at)
       select 1, $1, 'item', ordinal, f.facility_id, parking, units, 'broker', $5
         from unnest($2::text[], $3::text[], $4::integer[]) with ordinality as g (facility, parking, units, ordinal) left join catalog.facility f on f.code = g.facility`,
      [
        `order ${n}`,
        assigned.map(one => ('facility' in one ? one.facility : null)),
        assigned.map(one => ('parking' in one ? one.parking : null)),
        assigned.map(one => one.units),
        at,
      ],
    )
    await db.query(
      `insert into orders.demand_change (shop_id, order_gid, inventory_item_gid, location_gid, units, recorded_at) values (1, $1, 'item', '', 0, $2)`,
      [`order ${n}`, at],
    )
  }
  const found = await db.transaction(async tx => {
    const none = { after: 0, upTo: 0 }
    await gatherTouchedOrders(tx, { shops: { after: 0, upTo: ORDERS }, systems: none, moves: none })
    await gatherWanted(tx)
    return tx.query<{ order: string; said: string }>(
      `select order_ref as "order", string_agg(units || '@' || coalesce(f.code, w.parking) || ' ' || group_id, ', ' order by units || '@' || coalesce(f.code, w.parking)) as said
         from (select order_ref, facility_id, parking, group_id, sum(units) as units from wanted group by order_ref, facility_id, parking, group_id) w
         left join catalog.facility f using (facility_id) group by order_ref`,
    )
  })
  const said = new Map(found.map(row => [row.order, row.said]))
  for (const [n, { lines, pieces: assigned, isGroup }] of orders.entries()) {
    const open = lines.reduce((sum, one) => sum + one, 0)
    const places = isGroup ? placesOf(open, assigned, facility => MEMBERS.includes(facility)) : [{ facility: 'F2', units: open }]
    expect(said.get(`order ${n}`), JSON.stringify(orders[n])).toBe(inWords(places))
  }
})

function inWords(places: readonly Piece[]): string {
  const sums = new Map<string, number>()
  for (const place of places) {
    const where = 'facility' in place ? `${place.facility} 0` : `${place.parking} 1`
    sums.set(where, (sums.get(where) ?? 0) + place.units)
  }
  return [...sums]
    .map(([where, sum]) => `${sum}@${where}`)
    .toSorted()
    .join(', ')
}
