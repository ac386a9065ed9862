import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { purgeCalls, unneededOrders } from './purge-store.ts'

/* What goes after ninety days, and what has to stay however old it is: each as a row of its own. */

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 10, 26)
const BEFORE = NOW - 90 * DAY_MS
const [OLD, YOUNG] = [new Date(BEFORE - DAY_MS), new Date(BEFORE + DAY_MS)]

let home: TestDatabase
beforeEach(async () => {
  home = await openTestDatabase()
  const { db } = home
  await db.query(`insert into catalog.shop (code, name, api_url) values ('one', 'One', 'http://x'), ('two', 'Two', 'http://y')`)
  await db.query(`insert into catalog.location (shop_id, location_gid, name, is_active, seen_at) values (1, 'L', 'L', true, $1)`, [OLD])
})
afterEach(() => home.drop())

const uuid = (n: number) => `00000000-0000-4000-8000-00000000000${n}`

async function call(
  n: number,
  of: { state?: string; answeredAt?: Date | null; shopId?: number; uploadId?: number | null } = {},
): Promise<void> {
  const { state = 'answered', answeredAt = OLD, shopId = 1, uploadId = null } = of
  await home.db.query(
    `insert into channel.call (call_id, shop_id, idempotency_key, kind, body, state, lease_until, claimed_at, answered_at, upload_id)
     values ($1, $2, $1, 'set_available', '{}', $3, $4, $4, $5, $6)`,
    [uuid(n), shopId, state, OLD, answeredAt, uploadId],
  )
  await home.db.query(
    `insert into channel.call_row (call_id, ordinal, location_id, product_id, revision, promised_units, unseen_units, from_units, units)
     values ($1, 0, 1, $2, 1, 0, 0, 0, 0)`,
    [uuid(n), n],
  )
}

async function upload(endedAt: Date | null): Promise<number> {
  const rows = await home.db.query<{ id: number }>(
    `insert into channel.upload (shop_id, state, result, created_at, ended_at) values (1, $1, $2, $3, $4) returning upload_id as id`,
    [endedAt === null ? 'running' : 'ended', endedAt === null ? null : 'completed', OLD, endedAt],
  )
  return rows[0]?.id ?? 0
}

test('calls: answered, old, and nobody’s any longer', async () => {
  const [ended, running, young] = [await upload(OLD), await upload(null), await upload(YOUNG)]
  await call(1)
  await call(2, { answeredAt: YOUNG })
  await call(3, { state: 'claimed', answeredAt: null })
  await call(4, { shopId: 2 })
  await call(5, { uploadId: ended })
  await call(6, { uploadId: running })
  await call(7, { uploadId: young })
  // A level still belongs to this one.
  await call(8)
  await home.db.query(
    `insert into outbox.intent (shop_id, location_id, product_id, revision, units, inventory_item_gid, state, due_at, created_at, changed_at, call_id)
     values (1, 1, 8, 1, 0, 'i', 'sending', $1, $1, $1, $2)`,
    [OLD, uuid(8)],
  )
  await purgeCalls(home.db, 1, BEFORE)
  const left = await home.db.query<{ id: string }>('select call_id as id from channel.call order by 1')
  expect(left.map(row => Number(row.id.slice(-1)))).toEqual([2, 3, 4, 6, 7, 8])
  const rows = await home.db.query<{ n: number }>('select product_id as n from channel.call_row order by 1')
  expect(rows.map(row => row.n)).toEqual([2, 3, 4, 6, 7, 8])
  const uploads = await home.db.query<{ id: number }>('select upload_id as id from channel.upload order by 1')
  expect(
    uploads.map(row => row.id),
    'the one that ended long ago and has no calls any longer',
  ).toEqual([running, young])
})

test('answers that are old, and what others wrote and was settled long ago', async () => {
  for (const at of [OLD, YOUNG])
    await home.db.query(`insert into channel.answer (shop_id, at, outcome) values (1, $1, 'confirmed'), (2, $1, 'confirmed')`, [at])
  for (const closedAt of [OLD, YOUNG, null])
    await home.db.query(
      `insert into channel.finding (shop_id, location_id, product_id, code, units, from_at, until_at, found_at, closed_at)
       values (1, 1, 1, 'CHANNEL_ANOTHER_WRITER', 1, $1, $1, $1, $2)`,
      [OLD, closedAt],
    )
  expect(await purgeCalls(home.db, 1, BEFORE)).toBe(2)
  expect(await home.db.query('select shop_id as shop, at from channel.answer order by 1, 2')).toEqual([
    { shop: 1, at: YOUNG.getTime() },
    { shop: 2, at: OLD.getTime() },
    { shop: 2, at: YOUNG.getTime() },
  ])
  expect(await home.db.query('select closed_at as at from channel.finding order by finding_id')).toEqual([
    { at: YOUNG.getTime() },
    { at: null },
  ])
})

/** What the level of an item is known by: when its base was read, and when it was looked at last. */
async function level(n: number, of: { baseFrom: number | null; readAt: number }): Promise<void> {
  await home.db.query(
    `insert into channel.level (shop_id, location_id, product_id, inventory_item_gid, available_units, committed_units, reserved_units, is_active, read_at, base_from, base_until)
     values (1, 1, $1, $2, 0, 0, 0, true, $3, $4, $4)`,
    [n, `item-${n}`, new Date(of.readAt), of.baseFrom === null ? null : new Date(of.baseFrom)],
  )
}

test.each<[says: string, recordedAt: Date, base: number | null | 'no level', goes: boolean]>([
  ['old, and before the base of its level', OLD, BEFORE, true],
  ['old, and its level is gone', OLD, 'no level', true],
  ['old, and after the base of its level: it explains what the shop shows', OLD, OLD.getTime() - DAY_MS, false],
  ['old, and its level has no base yet', OLD, null, false],
  ['young, and before the base', YOUNG, NOW, false],
])('an effect of an order goes, or stays: %s', async (_, recordedAt, base, goes) => {
  if (base !== 'no level') await level(1, { baseFrom: base, readAt: NOW })
  await home.db.query(
    `insert into orders.effect (shop_id, order_gid, inventory_item_gid, location_gid, units, not_before, not_after, recorded_at)
     values (1, 'o', 'item-1', 'L', -1, $1, $1, $1), (2, 'o', 'item-1', 'L', -1, $1, $1, $1)`,
    [recordedAt],
  )
  const { effectSeqs } = await unneededOrders(home.db, { shopId: 1, before: BEFORE, readUpTo: 100 })
  expect(effectSeqs).toEqual(goes ? [1] : [])
})

test.each<[says: string, recordedAt: Date, readAt: number, readUpTo: number, goes: boolean]>([
  ['old, read, and its level was looked at since', OLD, NOW, 1, true],
  ['old, and inventory has not read it', OLD, NOW, 0, false],
  ['old, and its level was not looked at since', OLD, OLD.getTime() - 1, 1, false],
  ['young', YOUNG, NOW, 1, false],
])('a change of demand goes, or stays: %s', async (_, recordedAt, readAt, readUpTo, goes) => {
  await level(1, { baseFrom: null, readAt })
  await home.db.query(
    `insert into orders.demand_change (shop_id, order_gid, inventory_item_gid, location_gid, units, recorded_at) values (1, 'o', 'item-1', 'L', 1, $1)`,
    [recordedAt],
  )
  const { demandSeqs } = await unneededOrders(home.db, { shopId: 1, before: BEFORE, readUpTo })
  expect(demandSeqs).toEqual(goes ? [1] : [])
})
