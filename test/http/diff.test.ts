import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countStep } from '../../src/reconcile/tally-store.ts'
import { openTestGate, type TestGate } from './gate.ts'

/* ERP beside Trueup beside Shopify: the four seeded levels, of which three go wrong in a way each. */

let house: TestGate
beforeAll(async () => {
  house = await openTestGate({ errorsDir: path.resolve(import.meta.dirname, '../../docs/errors') })
  const { db } = house.database
  await db.query(
    `update reconcile.observation set verdict = 'different', shop_units = 20, different_since = $1 where location_id = 1 and product_id = 1`,
    [new Date(house.clock.now())],
  )
  await db.query(
    `update outbox.intent set state = 'blocked', blocked_until = 'catalog', code = 'OUTBOX_NOT_LINKED', hint = 'Link it.' where location_id = 2 and product_id = 1`,
  )
  await db.query(`update outbox.intent set state = 'pending' where location_id = 1 and product_id = 2`)
  await db.query(`update channel.level set available_units = 400 where location_id = 1 and product_id = 2`)
  await countStep({ db })
})
afterAll(() => house.close())

const ask = async (url: string) =>
  (await house.gate.app.inject({ method: 'GET', url: `/api/v1${url}`, headers: { authorization: `Bearer ${house.cliToken}` } })).json()

test('every level that is not equal has its cause, with the units at stake', async () => {
  expect(await ask('/diff/causes')).toEqual({
    levels: 4,
    levelsEqual: 3,
    groups: [
      { cause: 'waits_to_be_sent', said: 'Waits to be sent', isMoving: true, levels: 1, units: 8 },
      { cause: 'RECONCILE_LEVEL_DIFFERS', said: 'Somebody else wrote it in the shop', isMoving: false, levels: 1, units: 4 },
      { cause: 'OUTBOX_NOT_LINKED', said: 'Not linked to an item of the shop', isMoving: false, levels: 1, units: 0 },
    ],
  })
})

test('the largest come first, with what the file said, what is promised and what the shop showed', async () => {
  const { rows, total } = await ask('/diff')
  expect(total).toBe(3)
  expect(rows[0]).toMatchObject({
    sku: 'BA/8327',
    location: 'Tool Crib',
    erpUnits: 408,
    onHandUnits: 408,
    promisedUnits: 408,
    shopUnits: 400,
    units: 8,
  })
  expect(rows[1]).toMatchObject({ sku: 'AR-5381', erpUnits: 30, promisedUnits: 24, shopUnits: 24, cause: 'RECONCILE_LEVEL_DIFFERS' })
  expect((await ask('/diff?cause=OUTBOX_NOT_LINKED')).rows).toHaveLength(1)
  expect((await ask('/diff?search=ba/8')).rows).toHaveLength(1)
  expect((await ask('/diff?shop=nobody')).rows).toEqual([])
})

test('what a person has paused is named with who, why and until when, and is not said to go on by itself', async () => {
  const { db } = house.database
  const untilAt = house.clock.now() + 3_600_000
  await db.query(
    `insert into channel.control (kind, shop_id, location_id, product_id, reason, until_at, set_by, set_at)
     values ('pause', 1, null, 2, 'recount', $1, 'anna', $2), ('sell_nothing', 1, 2, 1, 'recall', null, 'ben', $2), ('pause', null, null, 2, 'over', $2, 'anna', $2)`,
    [new Date(untilAt), new Date(house.clock.now())],
  )
  expect((await ask('/diff/causes')).groups[0]).toEqual({
    cause: 'paused',
    said: 'Writing is paused by hand',
    isMoving: false,
    levels: 1,
    units: 8,
  })
  const { rows } = await ask('/diff')
  expect(rows.map((row: { cause: string; control: unknown }) => [row.cause, row.control])).toEqual([
    ['paused', { kind: 'pause', reason: 'recount', setBy: 'anna', untilAt: new Date(untilAt).toISOString() }],
    ['RECONCILE_LEVEL_DIFFERS', null],
    ['OUTBOX_NOT_LINKED', { kind: 'sell_nothing', reason: 'recall', setBy: 'ben', untilAt: null }],
  ])
  expect((await ask('/diff?cause=paused')).total).toBe(1)
  expect((await ask('/diff?cause=waits_to_be_sent')).rows).toEqual([])
  await db.query('delete from channel.control')
})

test('the export holds the same, and a SKU that looks like a formula stays a SKU', async () => {
  await house.database.db.query(`update catalog.product_identifier set value = '=BA' where value = 'BA/8327'`)
  const answer = await house.gate.app.inject({
    ...{ method: 'GET', url: '/api/v1/diff/export', headers: { authorization: `Bearer ${house.cliToken}` } },
  })
  expect(answer.body.split('\r\n')).toHaveLength(5)
  expect(answer.body).toContain("'=BA,demo,Tool Crib,408,408,408,400,waits_to_be_sent,8")
})
