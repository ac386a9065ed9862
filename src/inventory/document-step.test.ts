import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { inSoak } from '../../test/rounds.ts'
import { type Db, openDb } from '../db/connection.ts'
import { checkLedger, repairLedger } from './check-store.ts'
import type { LedgerLine } from './document.ts'
import { book, bookDue, reverse } from './document-step.ts'
import * as scheduled from './scheduled-store.ts'

const T = Date.UTC(2026, 10, 24, 12)
const HOUR_MS = 3_600_000
let home: TestDatabase
let product = 0
beforeAll(async () => {
  home = await openTestDatabase()
})
afterAll(() => home.drop())
beforeEach(() => {
  product++
})

const line = (units: number, more: Partial<LedgerLine> = {}): LedgerLine => ({
  facilityId: 1,
  productId: product,
  bin: null,
  effect: 'add',
  units,
  reason: 'VAR_MANUAL',
  ...more,
})
const counted = (units: number, more: Partial<LedgerLine> = {}) => line(units, { effect: 'count', reason: 'CYCLE_COUNT', ...more })

type Deed = Omit<Parameters<typeof book>[1], 'who' | 'now' | 'effectiveAt'> & { at?: number; now?: number }
const deed = ({ at = T, now = T, ...asked }: Deed, db: Db = home.db) =>
  db.transaction(tx => book(tx, { who: 'anna', now, effectiveAt: at, ...asked }))

const onHand = async (facilityId = 1) =>
  (
    await home.db.query<{ units: number }>(
      'select on_hand_units as units from inventory.position where facility_id = $1 and product_id = $2',
      [facilityId, product],
    )
  )[0]?.units
const bins = async () =>
  Object.fromEntries(
    (
      await home.db.query<{ bin: string; units: number }>(
        'select bin, on_hand_units as units from inventory.bin where product_id = $1 order by bin',
        [product],
      )
    ).map(({ bin, units }) => [bin, units]),
  )
const movements = () =>
  home.db.query<{ on_hand_units: number; reason: string }>(
    'select on_hand_units, reason from inventory.movement where product_id = $1 order by seq',
    [product],
  )

describe('a person or another program moves units', () => {
  test('a receipt, a variance and a count, each with what was there before and after', async () => {
    expect((await deed({ kind: 'receipt', lines: [line(12)] })).outcomes).toMatchObject([{ beforeUnits: 0, afterUnits: 12 }])
    expect((await deed({ kind: 'variance', lines: [line(-2)] })).outcomes).toMatchObject([{ beforeUnits: 12, afterUnits: 10 }])
    expect((await deed({ kind: 'count', lines: [counted(9)] })).outcomes).toMatchObject([{ beforeUnits: 10, afterUnits: 9 }])
    expect(await movements()).toHaveLength(3)
  })

  test('a count that finds what is known moves nothing, but is the newest word', async () => {
    await deed({ kind: 'receipt', lines: [line(5)] })
    await deed({ kind: 'count', lines: [counted(5)], at: T + HOUR_MS, now: T + HOUR_MS })
    expect(await movements()).toHaveLength(1)
    await expect(deed({ kind: 'count', lines: [counted(9)], at: T, now: T + 2 * HOUR_MS })).rejects.toMatchObject({
      code: 'INVENTORY_COUNT_OUTDATED',
    })
    expect(await onHand()).toBe(5)
  })

  test('a count speaks of the instant at which it was taken: what was sold since stays sold', async () => {
    await deed({ kind: 'receipt', lines: [line(10)] })
    await deed({ kind: 'variance', lines: [line(-3)], at: T + 2 * HOUR_MS, now: T + 2 * HOUR_MS })
    await deed({ kind: 'count', lines: [counted(10)], at: T + HOUR_MS, now: T + 3 * HOUR_MS })
    expect(await onHand()).toBe(7)
  })

  test('a variance may reach nothing, not less, and then none of its lines counts', async () => {
    await deed({ kind: 'receipt', lines: [line(3)] })
    await deed({ kind: 'variance', lines: [line(-3)] })
    await expect(deed({ kind: 'variance', lines: [line(4), line(-5)] })).rejects.toMatchObject({ code: 'INVENTORY_RESULT_NEGATIVE' })
    expect(await onHand()).toBe(0)
  })

  test('a transfer takes from one facility what it gives to the other', async () => {
    await deed({ kind: 'receipt', lines: [line(8)] })
    await deed({ kind: 'transfer', lines: [line(-5), line(5, { facilityId: 2 })] })
    expect([await onHand(1), await onHand(2)]).toEqual([3, 5])
    await expect(deed({ kind: 'transfer', lines: [line(-4), line(4, { facilityId: 2 })] })).rejects.toThrow('leave -1 on hand')
    expect([await onHand(1), await onHand(2)]).toEqual([3, 5])
  })

  test('the same key is the same deed; with another wish it is refused', async () => {
    const once = { kind: 'receipt' as const, lines: [line(4)], key: `key-${product}`, askedSha256: 'a' }
    const first = await deed(once)
    expect(await deed(once)).toMatchObject({ documentId: first.documentId, isRepeat: true })
    await expect(deed({ ...once, askedSha256: 'b' })).rejects.toMatchObject({ code: 'INVENTORY_KEY_REUSED' })
    expect(await onHand()).toBe(4)
  })

  test('a document is taken back once, by counter-entries', async () => {
    await deed({ kind: 'receipt', lines: [line(4)] })
    const { documentId } = await deed({ kind: 'variance', lines: [line(-3)] })
    const undo = () => home.db.transaction(tx => reverse(tx, { documentId, who: 'anna', comment: 'wrong SKU', now: T + 1 }))
    await undo()
    expect(await onHand()).toBe(4)
    expect(await movements()).toHaveLength(3)
    await expect(undo()).rejects.toMatchObject({ code: 'INVENTORY_ALREADY_REVERSED' })
  })
})

describe('bins', () => {
  test('a bin that turns out to hold more takes it from what had no bin; a bin that holds less has lost it', async () => {
    await deed({ kind: 'receipt', lines: [line(10)] })
    await deed({ kind: 'count', lines: [counted(6, { bin: 'A' })] })
    expect([await onHand(), await bins()]).toEqual([10, { A: 6 }])
    await deed({ kind: 'count', lines: [counted(5, { bin: 'A' }), counted(7, { bin: 'B' })] })
    expect([await onHand(), await bins()]).toEqual([12, { A: 5, B: 7 }])
  })

  test('units go from bin to bin, and the facility has as many as before', async () => {
    await deed({ kind: 'receipt', lines: [line(6, { bin: 'A' })] })
    await deed({ kind: 'transfer', lines: [line(-2, { bin: 'A' }), line(2, { bin: 'B' })] })
    expect([await onHand(), await bins()]).toEqual([6, { A: 4, B: 2 }])
  })
})

describe('what is for later', () => {
  const later = (units: number, dueAt: number, key: string | null = null) =>
    home.db.transaction(tx =>
      scheduled.schedule(
        tx,
        {
          ...{ key, askedSha256: 'a' },
          lines: [
            {
              ...{ kind: 'restock' as const, facilityId: 1, productId: product, bin: null, units, reason: 'VAR_SCH_SHIP_RECV' },
              ...{ reference: 'spring', comment: null, dueAt, who: 'anna' },
            },
          ],
        },
        T,
      ),
    )

  test('a restock takes effect on its instant, not before, and once however many look', async () => {
    await later(7, T + HOUR_MS)
    await bookDue({ db: home.db, clock: { now: () => T + HOUR_MS - 1 } })
    expect(await onHand()).toBeUndefined()
    await Promise.all([1, 2, 3].map(() => bookDue({ db: home.db, clock: { now: () => T + 2 * HOUR_MS } })))
    expect(await onHand()).toBe(7)
    const [moved] = await home.db.query<{ effective: number; recorded: number }>(
      'select effective_at as effective, recorded_at as recorded from inventory.movement where product_id = $1',
      [product],
    )
    expect(moved).toEqual({ effective: T + HOUR_MS, recorded: T + 2 * HOUR_MS })
  })

  test('the same key twice is one restock', async () => {
    expect([await later(7, T + HOUR_MS, 'spring-7'), await later(7, T + HOUR_MS, 'spring-7')]).toEqual([1, 0])
  })

  test('one that cannot take effect says why and does not hold the others; one that was cancelled stays out', async () => {
    await later(-2, T + HOUR_MS)
    await later(5, T + HOUR_MS + 1)
    await later(9, T + HOUR_MS + 2)
    const queue = () =>
      home.db.query<{ id: number; code: string | null; done: number | null }>(
        'select scheduled_id as id, code, done_at as done from inventory.scheduled where product_id = $1 order by due_at',
        [product],
      )
    const last = (await queue()).at(-1)
    await home.db.transaction(tx => scheduled.cancel(tx, { scheduledId: last?.id ?? 0, who: 'anna', now: T }))
    await bookDue({ db: home.db, clock: { now: () => T + 2 * HOUR_MS } })
    expect((await queue()).map(({ code, done }) => [code, done !== null])).toEqual([
      ['INVENTORY_RESULT_NEGATIVE', false],
      [null, true],
      [null, false],
    ])
    expect(await onHand()).toBe(5)
  })
})

describe('what the database promises', () => {
  const WRITERS = 200
  test(`${WRITERS} writers at once on one position lose nothing`, async () => {
    await deed({ kind: 'receipt', lines: [line(1_000)] })
    // In full counts each on a connection of its own.
    const homes = Array.from({ length: inSoak({ full: WRITERS, sample: 32 }) }, () => openDb({ url: home.url, poolMax: 1 }))
    const wanted = Array.from({ length: WRITERS }, (_, n) => (n % 3 === 0 ? -2 : 1))
    await Promise.all(wanted.map((units, n) => deed({ kind: 'variance', lines: [line(units)] }, homes[n % homes.length])))
    await Promise.all(homes.map(db => db.end()))
    expect(await onHand()).toBe(1_000 + wanted.reduce((sum, units) => sum + units, 0))
    const [ledger] = await home.db.query<{ units: number; n: number }>(
      'select sum(on_hand_units) as units, count(*) as n from inventory.movement where product_id = $1',
      [product],
    )
    expect(ledger).toEqual({ units: await onHand(), n: WRITERS + 1 })
  })

  test('of many who want the last unit, one gets it', async () => {
    await deed({ kind: 'receipt', lines: [line(1)] })
    const took = await Promise.allSettled(Array.from({ length: 20 }, () => deed({ kind: 'variance', lines: [line(-1)] })))
    expect(took.filter(one => one.status === 'fulfilled')).toHaveLength(1)
    expect(await onHand()).toBe(0)
  })

  test('movements and documents are never changed, and nothing is reserved below nothing', async () => {
    await deed({ kind: 'receipt', lines: [line(1)] })
    await expect(home.db.query('update inventory.movement set on_hand_units = 9')).rejects.toThrow('append-only')
    await expect(home.db.query('delete from inventory.movement')).rejects.toThrow('append-only')
    await expect(home.db.query(`update inventory.document set who = 'me'`)).rejects.toThrow('append-only')
    await expect(home.db.query('update inventory.position set reserved_units = -1')).rejects.toThrow('reserved_is_never_negative')
  })

  test('a check finds the position and the bin that their movements do not explain; the repair is a movement that says so', async () => {
    await deed({ kind: 'receipt', lines: [line(5), line(2, { bin: 'A' })] })
    const check = () => home.db.transaction(tx => checkLedger(tx, T))
    expect((await check()).differing).toBe(0)
    await home.db.query('update inventory.position set on_hand_units = 6, reserved_units = 2 where product_id = $1', [product])
    await home.db.query('update inventory.bin set on_hand_units = 3 where product_id = $1', [product])
    expect(await check()).toMatchObject({
      differing: 1,
      differingBins: 1,
      examples: [{ productId: product, onHandUnits: 6, ledgerUnits: 7 }],
    })
    const repaired = await home.db.transaction(tx => repairLedger(tx, { who: 'anna', now: T + 1 }))
    expect(repaired).toMatchObject({ positions: 1, bins: 1 })
    expect([await onHand(), await bins(), (await check()).differing]).toEqual([7, { A: 2 }, 0])
    const [said] = await home.db.query<{ reference: string; units: number }>(
      `select reference, on_hand_units as units from inventory.movement where product_id = $1 and reason = 'LEDGER_REPAIR'`,
      [product],
    )
    expect(said).toEqual({ units: 0, reference: 'said 6 on hand and 2 reserved, its movements add up to 7 and 0' })
  })
})
