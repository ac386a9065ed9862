import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { step } from '../../src/availability/step.ts'
import { setTraits } from '../../src/catalog/trait-store.ts'
import { openTestGate, type TestGate } from './gate.ts'

/* Rules as a person makes them: written as a draft, tried, activated, archived; what they say comes and goes with them. */

let house: TestGate
let groupId: number
beforeAll(async () => {
  house = await openTestGate({ errorsDir: path.resolve(import.meta.dirname, '../../docs/errors') })
  await house.database.db.transaction(tx =>
    setTraits(tx, [
      { productId: 1, type: 'Race', tags: ['Summer', 'Sale'] },
      { productId: 2, tags: ['summer'] },
    ]),
  )
  await walk()
})
afterAll(() => house.close())

const ask = async (method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) => {
  const answer = await house.gate.app.inject({
    ...{ method, url: `/api/v1${url}`, headers: { authorization: `Bearer ${house.cliToken}` } },
    ...(payload ? { payload } : {}),
  })
  return { status: answer.statusCode, body: answer.json() }
}
const walk = () => step({ db: house.database.db, clock: house.clock })
/** Tool Crib and Online, of products 1 and 2. */
const promised = async () =>
  (
    await house.database.db.query<{ units: number }>(
      'select sellable_units as units from availability.target where product_id in (1, 2) order by product_id, location_id',
    )
  ).map(row => row.units)

test('a rule is a draft until it is activated; what it would do is said before, and is what it does', async () => {
  const before = await promised()
  const made = await ask('POST', '/rules/groups', { name: 'Summer', kind: 'RG_SAFETY_STOCK' })
  groupId = made.body.rows[0].ruleGroupId
  const written = await ask('POST', '/rules', {
    ruleGroupId: groupId,
    name: 'Keep ten',
    units: 10,
    tagsAny: ['SUMMER'],
    facilitiesAny: ['1'],
  })
  expect(written).toMatchObject({ status: 201, body: { status: 'draft', tagsAny: ['summer'], place: 1 } })
  await walk()
  expect(await promised()).toEqual(before)

  const tried = await ask('POST', '/rules/preview', { ruleId: written.body.ruleId })
  // Product 1 had 2 kept back at Tool Crib and has 10 now; product 2 had nothing kept back. Both show at both locations.
  expect(tried.body).toMatchObject({ levels: 4, levelsMore: 0, levelsLess: 4, unitsLess: 36, unitsMore: 0 })
  expect(tried.body.locations).toEqual([
    { shop: 'demo', location: 'Online', levels: 2, units: -18 },
    { shop: 'demo', location: 'Tool Crib', levels: 2, units: -18 },
  ])
  expect(tried.body.largest[0]).toMatchObject({ unitsBefore: 408, unitsAfter: 398 })
  await walk()
  expect(await promised()).toEqual(before)

  await ask('POST', `/rules/${written.body.ruleId}/activate`)
  await walk()
  expect(await promised()).toEqual(before.map((units, at) => units - (at < 2 ? 8 : 10)))
  const why = await ask('GET', '/stock/AR-5381')
  expect(why.body.targets[1].facilities[0]).toMatchObject({ safetyStockUnits: 10, safetyRule: 'Keep ten' })
})

test('a product that leaves the filter, and a rule that is archived, give the values back', async () => {
  const { db } = house.database
  await db.transaction(tx => setTraits(tx, [{ productId: 2, tags: ['winter'] }]))
  await walk()
  expect((await promised()).slice(2)).toEqual([408, 408])
  const rule = (await ask('GET', '/rules')).body.rows[0]
  expect((await ask('POST', '/rules/preview', { ruleId: rule.ruleId, status: 'archived' })).body).toMatchObject({
    levels: 2,
    unitsMore: 16,
  })
  await ask('POST', `/rules/${rule.ruleId}/archive`)
  await walk()
  expect(await promised()).toEqual([24, 31, 408, 408])
  expect((await ask('GET', '/rules')).body.rows).toEqual([])
  expect((await ask('GET', '/rules?status=archived')).body.rows).toHaveLength(1)
})

test('an excluded product is told to no shop, and comes back with the end of the rule', async () => {
  const group = (await ask('POST', '/rules/groups', { name: 'Not in shops', kind: 'EX_INV_BY_PRD_TYPE' })).body.rows[1]
  const rule = await ask('POST', '/rules', { ruleGroupId: group.ruleGroupId, name: 'No races', typesAny: ['race'] })
  expect((await ask('POST', '/rules/preview', { ruleId: rule.body.ruleId })).body).toMatchObject({ levels: 2, levelsWithdrawn: 2 })
  await ask('POST', `/rules/${rule.body.ruleId}/activate`)
  await walk()
  const told = async () =>
    (await ask('GET', '/stock/AR-5381')).body.targets.map((one: Record<string, unknown>) => [one.withdrawnCode, one.withdrawnRule])
  expect(await told()).toEqual([
    ['OUTBOX_EXCLUDED', 'No races'],
    ['OUTBOX_EXCLUDED', 'No races'],
  ])
  await ask('PUT', `/rules/${rule.body.ruleId}`, { ruleGroupId: group.ruleGroupId, name: 'No races', typesAny: ['other'] })
  await walk()
  expect(await told()).toEqual([
    [null, null],
    [null, null],
  ])
})

test.each<[string, object, string]>([
  ['no units', { name: 'a' }, 'AVAILABILITY_RULE_REFUSED'],
  ['a name that is taken', { name: 'Keep ten', units: 1 }, 'AVAILABILITY_RULE_NAME_TAKEN'],
  ['no such group', { name: 'a', units: 1, ruleGroupId: 99 }, 'AVAILABILITY_RULE_GROUP_NOT_FOUND'],
  ['units below nothing', { name: 'a', units: -1 }, 'HTTP_REQUEST_INVALID'],
])('%s is refused with its code', async (_title, body, code) =>
  expect((await ask('POST', '/rules', { ruleGroupId: groupId, ...body })).body).toMatchObject({ code }),
)

test('every deed is in the log with who did it, before and after', async () => {
  const deeds = await house.database.db.query<{ action: string; who: string }>('select action, who from audit.entry order by seq')
  expect(deeds.map(deed => deed.action)).toEqual([
    ...['rule_group.add', 'rule.add', 'rule.activate', 'rule.archive', 'rule_group.add', 'rule.add', 'rule.activate', 'rule.change'],
  ])
  expect((await ask('POST', '/rules/77/activate')).body).toMatchObject({ status: 404, code: 'AVAILABILITY_RULE_NOT_FOUND' })
})
