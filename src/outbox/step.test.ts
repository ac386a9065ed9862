import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { AVAILABILITY_HEAD } from '../availability/store.ts'
import { CATALOG_HEAD } from '../catalog/store.ts'
import type { Db } from '../db/connection.ts'
import type { IntentState } from './intent.ts'
import { type Address, type Intent, planIntent } from './plan.ts'
import { step } from './step.ts'
import { outboxStatus, release, reopen } from './store.ts'

const T = Date.UTC(2026, 10, 24, 12)
let home: TestDatabase
let now = T
const clock = { now: () => now }

beforeAll(async () => {
  home = await openTestDatabase()
  await home.db.query(`insert into catalog.shop (code, name, api_url) values ('one', 'One', 'http://one')`)
  await home.db.query(`insert into catalog.location (shop_id, location_gid, name, is_active, seen_at) values (1, 'L1', 'One', true, $1)`, [
    new Date(T - 3_600_000),
  ])
  await home.db.query(`insert into catalog.facility (code, name, created_at) values ('F', 'F', $1)`, [new Date(T)])
  await home.db.query(`insert into catalog.product (name, created_at) select 'P' || n, $1 from generate_series(1, 100) n`, [new Date(T)])
})
afterAll(() => home.drop())
beforeEach(async () => {
  now = T
  await home.db.query('truncate outbox.intent, availability.target, street.cursor, catalog.item_link, catalog.location_mapping')
  await home.db.query('update catalog.shop set catalog_read_at = null')
  await home.db.query(`insert into catalog.location_mapping (shop_id, location_id, facility_id) values (1, 1, 1)`)
})

async function promise(db: Db, productId: number, units: number, revision: number) {
  await db.query(
    `with told as (
       insert into availability.target (shop_id, location_id, product_id, sellable_units, revision, seq, changed_at)
       values (1, 1, $1, $2, $3, nextval('availability.target_seq'), $4)
       on conflict (shop_id, location_id, product_id) do update
          set sellable_units = excluded.sellable_units, revision = excluded.revision, seq = excluded.seq
       returning seq
     )
     insert into street.cursor (reader, position) select $5, seq from told
     on conflict (reader) do update set position = excluded.position`,
    [productId, units, revision, new Date(now), AVAILABILITY_HEAD],
  )
}

async function link(db: Db, productId: number, item: string | null) {
  await db.query('delete from catalog.item_link where product_id = $1', [productId])
  if (item) await db.query('insert into catalog.item_link values (1, $1, $2)', [productId, item])
  await db.query(
    `insert into street.cursor as c (reader, position) values ($1, 1) on conflict (reader) do update set position = c.position + 1`,
    [CATALOG_HEAD],
  )
}

const intent = async (productId: number) =>
  (await home.db.query<Record<string, unknown>>('select * from outbox.intent where product_id = $1', [productId]))[0]

describe('what must be told', () => {
  test('a new number is one intent, and the step run again has nothing to do', async () => {
    await link(home.db, 1, 'item-1')
    await promise(home.db, 1, 10, 1)
    expect(await step({ db: home.db, clock })).toMatchObject({ read: 1, wrote: 1, more: false })
    expect(await step({ db: home.db, clock })).toEqual({ read: 0, wrote: 0, more: false })
    expect(await intent(1)).toMatchObject({ revision: 1, units: 10, state: 'pending', inventory_item_gid: 'item-1', due_at: T })
  })

  test('10, then 5, then 10 again are three revisions of which the newest is sent', async () => {
    await link(home.db, 1, 'item-1')
    for (const [revision, units] of [
      [1, 10],
      [2, 5],
      [3, 10],
    ] as const) {
      await promise(home.db, 1, units, revision)
      await step({ db: home.db, clock })
    }
    expect(await intent(1)).toMatchObject({ revision: 3, units: 10, state: 'pending', created_at: T })
    expect(await home.db.query('select count(*) as intents from outbox.intent')).toEqual([{ intents: 1 }])
  })

  test('less than before is marked, since it leaves first', async () => {
    await link(home.db, 1, 'item-1')
    await promise(home.db, 1, 10, 1)
    await step({ db: home.db, clock })
    await promise(home.db, 1, 4, 2)
    await step({ db: home.db, clock })
    expect(await intent(1)).toMatchObject({ is_decrease: true })
  })

  test('targets that were not published yet wait for their transaction', async () => {
    await link(home.db, 1, 'item-1')
    await promise(home.db, 1, 10, 1)
    await home.db.query('update street.cursor set position = 0 where reader = $1', [AVAILABILITY_HEAD])
    expect(await step({ db: home.db, clock })).toMatchObject({ read: 0 })
    expect(await outboxStatus(home.db, now)).toMatchObject({ backlog: 1, oldestAt: T })
  })
})

describe('to whom', () => {
  test('an unlinked product waits, and linking it later sends it by itself', async () => {
    await promise(home.db, 1, 10, 1)
    await step({ db: home.db, clock })
    expect(await intent(1)).toMatchObject({ state: 'blocked', code: 'OUTBOX_NOT_LINKED', blocked_until: 'catalog' })
    expect(await outboxStatus(home.db, now)).toMatchObject({ stuck: 0, aside: 1 })
    await link(home.db, 1, 'item-1')
    await step({ db: home.db, clock })
    expect(await intent(1)).toMatchObject({ state: 'pending', code: null, hint: null, blocked_until: null, inventory_item_gid: 'item-1' })
  })

  test('a product that is linked to another item is told to that one too', async () => {
    await link(home.db, 1, 'item-1')
    await promise(home.db, 1, 10, 1)
    await step({ db: home.db, clock })
    await home.db.query(`update outbox.intent set state = 'confirmed'`)
    await link(home.db, 1, 'item-2')
    await step({ db: home.db, clock })
    expect(await intent(1)).toMatchObject({ state: 'pending', inventory_item_gid: 'item-2' })
  })

  test('a location that is not mapped any more is told nothing', async () => {
    await link(home.db, 1, 'item-1')
    await promise(home.db, 1, 10, 1)
    await step({ db: home.db, clock })
    await home.db.query('delete from catalog.location_mapping')
    await link(home.db, 2, 'item-2')
    await step({ db: home.db, clock })
    expect(await intent(1)).toMatchObject({ state: 'blocked', code: 'OUTBOX_NOT_MAPPED' })
  })

  test.each([
    ['catalog', 'the whole catalogue', 'update catalog.shop set catalog_read_at = $1'],
    ['catalog', 'its location', 'update catalog.location set seen_at = $1'],
    [
      'catalog',
      'its item',
      `insert into catalog.shop_item (shop_id, inventory_item_gid, variant_gid, is_tracked, is_bundle_parent, seen_at) values (1, 'item-1', 'v', true, false, $1)`,
    ],
    ['either', 'the whole catalogue', 'update catalog.shop set catalog_read_at = $1'],
  ])('what the shop refused until %s is tried again when %s was read', async (until, _, reading) => {
    await link(home.db, 1, 'item-1')
    await promise(home.db, 1, 10, 1)
    await step({ db: home.db, clock })
    await home.db.query(`update outbox.intent set state = 'blocked', code = 'GONE', blocked_until = $1`, [until])
    expect(await step({ db: home.db, clock })).toMatchObject({ wrote: 0 })
    await home.db.query(reading, [new Date(T + 1_000)])
    expect(await step({ db: home.db, clock })).toMatchObject({ wrote: 1 })
    expect(await intent(1)).toMatchObject({ state: 'pending' })
    await home.db.query(`delete from catalog.shop_item`)
    await home.db.query('update catalog.location set seen_at = $1', [new Date(T - 3_600_000)])
  })

  test('what was refused is tried once more when a person asks; what has no address stays', async () => {
    await link(home.db, 1, 'item-1')
    for (const product of [1, 2]) await promise(home.db, product, 10, 1)
    await step({ db: home.db, clock })
    await home.db.query(`update outbox.intent set state = 'blocked', code = 'X', blocked_until = 'either' where product_id = 1`)
    const keys = [1, 2].map(productId => ({ locationId: 1, productId }))
    expect(await release(home.db as never, 1, keys, now)).toBe(1)
    expect(await intent(2)).toMatchObject({ state: 'blocked' })
  })

  test('what reconcile wants said again is pending again', async () => {
    await link(home.db, 1, 'item-1')
    await promise(home.db, 1, 10, 1)
    await step({ db: home.db, clock })
    await home.db.query(`update outbox.intent set state = 'confirmed'`)
    expect(await reopen(home.db as never, 1, [{ locationId: 1, productId: 1 }], now)).toBe(1)
    expect(await intent(1)).toMatchObject({ state: 'pending', revision: 1 })
  })
})

describe('the statement does what planIntent says', () => {
  const CALL = '00000000-0000-4000-8000-000000000001'
  const states: (IntentState | null)[] = [
    null,
    { kind: 'pending', dueAt: T - 500, attempt: 2, code: null },
    { kind: 'sending', callId: CALL, attempt: 2, isWoken: false },
    { kind: 'confirmed' },
    { kind: 'blocked', code: 'B', hint: 'b', until: 'number' },
    { kind: 'blocked', code: 'B', hint: 'b', until: 'catalog' },
    { kind: 'blocked', code: 'B', hint: 'b', until: 'either' },
  ]
  const addresses: [string, string | null, Address][] = [
    ['the same item', 'item', { inventoryItemGid: 'item', isLocationMapped: true, withdrawn: null }],
    ['another item', 'old-item', { inventoryItemGid: 'item', isLocationMapped: true, withdrawn: null }],
    ['an item at last', null, { inventoryItemGid: 'item', isLocationMapped: true, withdrawn: null }],
    ['no item any more', 'item', { inventoryItemGid: null, isLocationMapped: true, withdrawn: null }],
    ['no mapping any more', 'item', { inventoryItemGid: 'item', isLocationMapped: false, withdrawn: null }],
    ['taken out by a rule', 'item', { inventoryItemGid: 'item', isLocationMapped: true, withdrawn: 'OUTBOX_EXCLUDED' }],
    ['an item that is not tracked', 'item', { inventoryItemGid: null, isLocationMapped: true, withdrawn: 'OUTBOX_UNTRACKED' }],
  ]
  const cases = states.flatMap(state =>
    addresses.map(([title, old, address]) => [state?.kind ?? 'nothing', title, state, old, address] as const),
  )

  test.each(cases)('after %s, addressed to %s', async (_kind, _title, state, old, address) => {
    const before: Intent | null = state && { revision: 1, units: 9, address: old, isDecrease: false, createdAt: T - 1_000, state }
    if (before) await keep(before)
    if (address.inventoryItemGid) await home.db.query('insert into catalog.item_link values (1, 1, $1)', [address.inventoryItemGid])
    if (!address.isLocationMapped) await home.db.query('delete from catalog.location_mapping')
    await promise(home.db, 1, 7, 2)
    await home.db.query('update availability.target set withdrawn_code = $1', [address.withdrawn])
    await step({ db: home.db, clock })
    expect(asRow(planIntent(before, { revision: 2, units: 7 }, address, T))).toEqual(pick(await intent(1)))
  })

  async function keep(kept: Intent) {
    const row = asRow(kept)
    await home.db.query(
      `insert into outbox.intent (shop_id, location_id, product_id, revision, units, inventory_item_gid, state, is_decrease, due_at, attempt,
                                  code, hint, blocked_until, call_id, created_at, changed_at)
       values (1, 1, 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $6)`,
      [
        row.revision,
        row.units,
        row.inventory_item_gid,
        row.state,
        row.is_decrease,
        new Date(row.due_at ?? T - 1_000),
        row.attempt ?? 0,
        row.code,
        row.hint,
        row.blocked_until,
        row.call_id,
        new Date(row.created_at),
      ],
    )
  }

  function asRow({ revision, units, address, isDecrease, createdAt, state }: Intent) {
    return {
      revision,
      units,
      inventory_item_gid: address,
      is_decrease: isDecrease,
      created_at: createdAt,
      state: state.kind,
      due_at: state.kind === 'pending' ? state.dueAt : undefined,
      attempt: state.kind === 'pending' ? state.attempt : undefined,
      code: state.kind === 'blocked' ? state.code : null,
      hint: state.kind === 'blocked' ? state.hint : null,
      blocked_until: state.kind === 'blocked' ? state.until : null,
      call_id: state.kind === 'sending' ? state.callId : null,
    }
  }

  function pick(row: Record<string, unknown> | undefined) {
    const { revision, units, inventory_item_gid, is_decrease, created_at, state, due_at, attempt, code, hint, blocked_until, call_id } =
      row ?? {}
    const isPending = state === 'pending'
    return {
      revision,
      units,
      inventory_item_gid,
      is_decrease,
      created_at,
      state,
      due_at: isPending ? due_at : undefined,
      attempt: isPending ? attempt : undefined,
      code,
      hint,
      blocked_until,
      call_id,
    }
  }
})

test('10,000 targets take as many statements as 10', async () => {
  const counted = async (targets: number) => {
    let statements = 0
    const own = await openTestDatabase({ onStatement: () => statements++ })
    await own.db.query(
      `insert into availability.target select 1, 1, n, 5, 1, nextval('availability.target_seq'), $2 from generate_series(1, $1) n`,
      [targets, new Date(T)],
    )
    await own.db.query('insert into street.cursor values ($1, $2)', [AVAILABILITY_HEAD, targets])
    statements = 0
    expect(await step({ db: own.db, clock })).toMatchObject({ read: targets, wrote: targets })
    await own.drop()
    return statements
  }
  expect(await counted(10_000)).toBe(await counted(10))
})
