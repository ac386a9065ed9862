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

test('the export holds the same, and a SKU that looks like a formula stays a SKU', async () => {
  await house.database.db.query(`update catalog.product_identifier set value = '=BA' where value = 'BA/8327'`)
  const answer = await house.gate.app.inject({
    ...{ method: 'GET', url: '/api/v1/diff/export', headers: { authorization: `Bearer ${house.cliToken}` } },
  })
  expect(answer.body.split('\r\n')).toHaveLength(5)
  expect(answer.body).toContain("'=BA,demo,Tool Crib,408,408,408,400,waits_to_be_sent,8")
})
