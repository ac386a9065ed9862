import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { rounds } from '../../test/rounds.ts'
import { AVAILABILITY_HEAD } from '../availability/store.ts'
import { CATALOG_HEAD } from '../catalog/store.ts'
import { raiseHead, setHead } from '../db/cursor.ts'
import { countStep, syncFigures } from './tally-store.ts'

const AT = new Date(Date.UTC(2026, 10, 23))
let home: TestDatabase
beforeAll(async () => {
  home = await openTestDatabase()
  const { db } = home
  await db.query(`insert into catalog.shop (code, name, api_url) values ('one', 'One', 'http://one'), ('two', 'Two', 'http://two')`)
  await db.query(`insert into catalog.product (name, created_at) select 'P' || n, $1 from generate_series(1, 3) n`, [AT])
})
afterAll(() => home.drop())

type Deed =
  | { kind: 'promise'; shop: number; product: number; isWithdrawn: boolean }
  | { kind: 'compare'; shop: number; product: number; verdict: string; isOfNewest: boolean; units: number }
  | { kind: 'link'; shop: number; product: number; isLinked: boolean }
  | { kind: 'switch'; isOn: boolean }
  | { kind: 'count' }

const shop = fc.integer({ min: 1, max: 2 })
const product = fc.integer({ min: 1, max: 3 })
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('promise' as const), shop, product, isWithdrawn: fc.constantFrom(false, false, true) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      ...{
        kind: fc.constant('compare' as const),
        shop,
        product,
        verdict: fc.constantFrom('equal', 'equal', 'different', 'waiting', 'not_stocked'),
      },
      ...{ isOfNewest: fc.constantFrom(true, true, false), units: fc.integer({ min: 0, max: 9 }) },
    }),
  },
  fc.record({ kind: fc.constant('link' as const), shop, product, isLinked: fc.boolean() }),
  fc.record({ kind: fc.constant('switch' as const), isOn: fc.boolean() }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('count' as const) }) },
)

async function happen(of: Deed): Promise<void> {
  await home.db.transaction(async tx => {
    switch (of.kind) {
      case 'promise': {
        const [target] = await tx.query<{ seq: number }>(
          `insert into availability.target as t (shop_id, location_id, product_id, sellable_units, withdrawn_code, revision, seq, changed_at)
           values ($1, 1, $2, 5, $3, 1, nextval('availability.target_seq'), $4)
           on conflict (shop_id, location_id, product_id) do update set revision = t.revision + 1, seq = excluded.seq, withdrawn_code = excluded.withdrawn_code
           returning seq`,
          [of.shop, of.product, of.isWithdrawn ? 'OUTBOX_EXCLUDED' : null, AT],
        )
        return setHead(tx, AVAILABILITY_HEAD, target?.seq ?? 0)
      }
      case 'compare':
        await tx.query(
          `insert into reconcile.observation as o (shop_id, location_id, product_id, run_id, revision, expected_units, shop_units, verdict, different_since, read_at)
           select shop_id, location_id, product_id, 1, revision - $3, 5, $4, $5, case when $5 in ('different', 'not_stocked') then $6::timestamptz end, $6
             from availability.target where shop_id = $1 and product_id = $2
           on conflict (shop_id, location_id, product_id) do update
              set revision = excluded.revision, shop_units = excluded.shop_units, verdict = excluded.verdict, different_since = excluded.different_since`,
          [of.shop, of.product, of.isOfNewest ? 0 : 1, of.units, of.verdict, AT],
        )
        return
      case 'link':
        await tx.query('delete from catalog.item_link where shop_id = $1 and product_id = $2', [of.shop, of.product])
        if (of.isLinked) await tx.query('insert into catalog.item_link values ($1, $2::integer, $2::text)', [of.shop, of.product])
        return raiseHead(tx, CATALOG_HEAD)
      case 'switch':
        await tx.query('update catalog.shop set is_enabled = $1 where shop_id = 2', [of.isOn])
    }
  })
  if (of.kind === 'count') await countStep({ db: home.db })
}

/** Everything counted, as slowly as it takes. */
async function counted() {
  const [row] = await home.db.query(
    `select count(*) as levels, count(*) filter (where state = 'equal') as "levelsEqual", count(*) filter (where state = 'different') as "levelsDifferent",
            count(*) filter (where state = 'waiting') as "levelsWaiting", coalesce(sum(risk) filter (where state = 'different'), 0) as "unitsAtRisk",
            min(different_since) filter (where state = 'different') as "differentSince"
       from (
         select case when o.revision is distinct from t.revision or o.verdict = 'waiting' then 'waiting' when o.verdict = 'equal' then 'equal' else 'different' end as state,
                abs(o.expected_units - o.shop_units) as risk, o.different_since
           from availability.target t join catalog.shop s on s.shop_id = t.shop_id and s.is_enabled
           join catalog.item_link l on l.shop_id = t.shop_id and l.product_id = t.product_id
           left join reconcile.observation o on o.shop_id = t.shop_id and o.location_id = t.location_id and o.product_id = t.product_id
          where t.withdrawn_code is null
       ) level`,
  )
  return row
}

test('whatever happens and whenever it is counted, the kept figures are those of counting everything', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 5, maxLength: 25 }), async deeds => {
      for (const one of deeds) {
        await happen(one)
        const { comparedAt: _, ...figures } = await syncFigures(home.db)
        expect(figures).toEqual(await counted())
      }
    }),
    { numRuns: 6 * rounds() },
  )
}, 120_000)

test('what was counted is not counted twice, and of what did not change nothing is', async () => {
  await countStep({ db: home.db })
  expect(await countStep({ db: home.db })).toMatchObject({ read: 0, more: false })
})
