import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { EFFECT_CODE, type Effect } from '../import/effect.ts'
import { checkLedger } from './check-store.ts'
import { decideMovement } from './movement.ts'
import * as store from './store.ts'

const NOW = Date.UTC(2026, 10, 23)
let database: TestDatabase
let files = 0
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.drop())

type Row = { productId: number; effect: Effect; units: number }

/** Lays rows down as import does, and books them. */
async function book(rows: readonly Row[]): Promise<number> {
  const fileId = ++files
  return database.db.transaction(async tx => {
    await tx.query(
      `create unlogged table import.staged_${fileId} as
       select 1 as facility_id, product_id, units, effect::smallint, line, line * 10 as byte_offset, null::text as reason
         from unnest($1::integer[], $2::integer[], $3::integer[]) with ordinality as r (product_id, units, effect, line)`,
      [rows.map(row => row.productId), rows.map(row => row.units), rows.map(row => EFFECT_CODE[row.effect])],
    )
    return store.applyStaged(tx, { fileId, effectiveAt: NOW, now: NOW })
  })
}

test('booking a file does to each position what the pure function says, and the ledger adds up to the positions', async () => {
  const row = fc.record({
    productId: fc.integer({ min: 1, max: 12 }),
    effect: fc.constantFrom<Effect>('on_hand_reset', 'atp_reset', 'delta'),
    units: fc.integer({ min: -20, max: 40 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(row, { selector: r => r.productId, maxLength: 12 }),
      fc.integer({ min: 0, max: 9 }),
      async (rows, reservedUnits) => {
        await database.db.query('update inventory.position set reserved_units = $1 where product_id % 2 = 0', [reservedUnits])
        const before = await positions()
        const moved = await book(rows)
        const after = await positions()
        const expected = new Map(before)
        let movements = 0
        for (const { productId, effect, units } of rows) {
          const balance = before.get(productId) ?? null
          const decision = decideMovement(effect, units, balance)
          if (decision.kind !== 'moved') continue
          movements++
          expected.set(productId, {
            onHandUnits: (balance?.onHandUnits ?? 0) + decision.onHandUnits,
            reservedUnits: balance?.reservedUnits ?? 0,
          })
        }
        expect(after).toEqual(expected)
        expect(moved).toBe(movements)
      },
    ),
    { numRuns: 60 },
  )
  const [sums] = await database.db.query<{ differing: number }>(
    `select count(*) as differing from inventory.position p
      where on_hand_units <> (select sum(on_hand_units) from inventory.movement m where m.facility_id = p.facility_id and m.product_id = p.product_id)`,
  )
  expect(sums?.differing).toBe(0)
})

async function positions(): Promise<Map<number, { onHandUnits: number; reservedUnits: number }>> {
  const rows = await database.db.query<{ productId: number; onHandUnits: number; reservedUnits: number }>(
    'select product_id as "productId", on_hand_units as "onHandUnits", reserved_units as "reservedUnits" from inventory.position',
  )
  return new Map(rows.map(({ productId, ...balance }) => [productId, balance]))
}

test('the nightly check names a position that its movements do not explain', async () => {
  await book([{ productId: 77, effect: 'on_hand_reset', units: 5 }])
  await database.db.query('update inventory.position set reserved_units = 0')
  const sound = await database.db.transaction(tx => checkLedger(tx, NOW))
  expect(sound.differing).toBe(0)
  await database.db.query('update inventory.position set on_hand_units = 6 where product_id = 77')
  const bent = await database.db.transaction(tx => checkLedger(tx, NOW + 1))
  expect(bent.examples).toMatchObject([{ productId: 77, onHandUnits: 6, ledgerUnits: 5 }])
})
