import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { rounds } from '../../test/rounds.ts'
import { EFFECT_CODE, type Effect } from '../import/effect.ts'
import { recordApplied } from '../import/store.ts'
import { bookLaid, dropLaid, layBooking } from './booking-store.ts'
import { type Deed, reversalOf } from './undo.ts'
import { previewUndo, undoFile } from './undo-step.ts'

const NOW = Date.UTC(2026, 10, 26)
const MINUTE_MS = 60_000
const clock = { at: NOW, now: () => clock.at }
let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
  const { db } = database
  await db.query(`insert into catalog.product (name, created_at) select 'Product ' || n, $1 from generate_series(1, 6) n`, [new Date(NOW)])
  await db.query(`insert into catalog.facility (code, name, created_at) values ('STORE', 'Store', $1)`, [new Date(NOW)])
  await db.query(`insert into feed.feed (name, home, folder, layout, created_at) values ('stock', 'erp', 'stock', 'RESET_INVENTORY', $1)`, [
    new Date(NOW),
  ])
})
afterAll(() => database.drop())

type Row = { productId: number; units: number }
type File = { kind: 'count' | 'change'; rows: readonly Row[]; asOf: number }

/** A file that was read and believed, booked as the room does. Gives its id. */
async function book({ kind, rows, asOf }: File): Promise<number> {
  const effect: Effect = kind === 'count' ? 'on_hand_reset' : 'delta'
  clock.at += 1_000
  return database.db.transaction(async tx => {
    const [file] = await tx.query<{ fileId: number }>(
      `insert into feed.file (feed_id, door, name, state, owner, spool_name, opened_at, changed_at)
       values (1, 'http', 'stock.csv', 'applied', gen_random_uuid(), gen_random_uuid(), $1, $1) returning file_id as "fileId"`,
      [new Date(clock.at)],
    )
    const fileId = file?.fileId ?? 0
    await tx.query(
      `insert into import.verdict (file_id, feed_id, layout, decision, rows_read, rows_accepted, rows_rejected, units_read, decided_at, as_of)
       values ($1, 1, 'RESET_INVENTORY', 'believed', $2, $2, 0, 0, $3, $4)`,
      [fileId, rows.length, new Date(clock.at), new Date(asOf)],
    )
    await tx.query(
      `create unlogged table import.staged_${fileId} as
       select 1 as facility_id, product_id, units, $3::smallint as effect, line, line * 10 as byte_offset, null::text as reason, 'raw' as raw,
              null::text as cells, null::timestamptz as as_of
         from unnest($1::integer[], $2::integer[]) with ordinality as r (product_id, units, line)`,
      [rows.map(row => row.productId), rows.map(row => row.units), EFFECT_CODE[effect]],
    )
    const toBook = { fileId, feedId: 1, asOf, hasRowAsOf: false, orderLagMs: 0, missingRows: 'keep', now: clock.at } as const
    const laid = await layBooking(tx, toBook)
    const booked = await bookLaid(tx, toBook, laid)
    await dropLaid(tx, fileId, laid)
    const figures = { ...laid.figures, rowsRead: rows.length, rejected: 0 }
    await recordApplied(tx, {
      ...booked,
      refused: booked.refused.length,
      fileId,
      stock: { ...booked, figures, missing: null, isCount: laid.isCount },
      now: clock.at,
    })
    return fileId
  })
}

const undo = (fileId: number) => {
  clock.at += 1_000
  return undoFile({ db: database.db, clock }, { fileId, who: 'anna', reason: 'It was the wrong file.' })
}

type Position = { units: number; isKnown: boolean }

async function positions(): Promise<Map<number, Position>> {
  const rows = await database.db.query<Position & { productId: number }>(
    'select product_id as "productId", on_hand_units as units, counted_at is not null as "isKnown" from inventory.position order by product_id',
  )
  return new Map(rows.map(({ productId, ...position }) => [productId, position]))
}

async function ledgerDiffers(): Promise<number> {
  const [sums] = await database.db.query<{ differing: number }>(
    `select count(*) as differing from inventory.position p
      where on_hand_units <> (select sum(on_hand_units) from inventory.movement m where m.facility_id = p.facility_id and m.product_id = p.product_id)`,
  )
  return sums?.differing ?? -1
}

/** What the pure function needs to know of one position, asked of the ledger in the plainest way. */
async function deedsOf(fileId: number, files: readonly (File & { fileId: number })[]): Promise<Map<number, Deed>> {
  const mine = files.findIndex(file => file.fileId === fileId)
  const rows = await database.db.query<{ productId: number; units: number; effectiveAt: number }>(
    `select product_id as "productId", sum(on_hand_units) as units, max(effective_at) as "effectiveAt"
       from inventory.movement where file_id = $1 group by product_id`,
    [fileId],
  )
  return new Map(
    rows.map(({ productId, units, effectiveAt }) => {
      // The newest moment of which any other file counted this product; a count that was overtaken is older than that.
      const counts = files.flatMap((file, order) =>
        file.fileId !== fileId && file.kind === 'count' && file.rows.some(row => row.productId === productId)
          ? [{ asOf: file.asOf, isBookedAfter: order > mine }]
          : [],
      )
      const otherCount = counts.sort((one, other) => other.asOf - one.asOf)[0] ?? null
      return [productId, { onHandUnits: units, effectiveAt, otherCount }]
    }),
  )
}

const history = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }).chain(minutes =>
  fc.tuple(
    ...minutes.map(minute =>
      fc.record({
        kind: fc.constantFrom('count' as const, 'change' as const),
        asOf: fc.constant(NOW - minute * MINUTE_MS),
        rows: fc.uniqueArray(fc.record({ productId: fc.integer({ min: 1, max: 4 }), units: fc.integer({ min: 0, max: 9 }) }), {
          selector: row => row.productId,
          minLength: 1,
          maxLength: 4,
        }),
      }),
    ),
  ),
)

test('undo does at each position what the pure function says; the ledger adds up; read again, the file leaves everything as it was', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.nat(), async (files, chosen) => {
      await database.db.query('truncate inventory.movement, inventory.position, inventory.count_mark')
      const booked: (File & { fileId: number })[] = []
      for (const file of files) booked.push({ ...file, fileId: await book(file) })
      const file = booked[chosen % booked.length]
      if (file === undefined) return
      const before = await positions()
      const deeds = await deedsOf(file.fileId, booked)
      const preview = await previewUndo({ db: database.db }, file.fileId)
      expect(await positions()).toEqual(before)

      expect(await undo(file.fileId)).toEqual(preview)
      const after = await positions()
      let reversed = 0
      for (const [productId, position] of before) {
        const deed = deeds.get(productId)
        const reversal = deed === undefined ? { kind: 'overruled' as const } : reversalOf(deed)
        if (reversal.kind === 'reversed') reversed++
        const units = position.units + (reversal.kind === 'reversed' ? reversal.onHandUnits : 0)
        expect([productId, after.get(productId)?.units]).toEqual([productId, units])
      }
      expect([preview.positions, preview.overruled]).toEqual([reversed, deeds.size - reversed])
      expect(await ledgerDiffers()).toBe(0)

      await book(file)
      expect(await positions()).toEqual(before)
      expect(await ledgerDiffers()).toBe(0)
    }),
    { numRuns: rounds() * 12 },
  )
}, 120_000)

test('what was never counted but by that file is unknown again', async () => {
  await database.db.query('truncate inventory.movement, inventory.position, inventory.count_mark')
  const first = await book({ kind: 'count', rows: [{ productId: 1, units: 0 }], asOf: NOW - 9 * MINUTE_MS })
  expect((await positions()).get(1)).toEqual({ units: 0, isKnown: true })
  await undo(first)
  expect((await positions()).get(1)).toEqual({ units: 0, isKnown: false })
})

test('an older count that comes after the undo is taken again', async () => {
  await database.db.query('truncate inventory.movement, inventory.position, inventory.count_mark')
  const wrong = await book({ kind: 'count', rows: [{ productId: 1, units: 99 }], asOf: NOW - MINUTE_MS })
  await undo(wrong)
  await book({ kind: 'count', rows: [{ productId: 1, units: 7 }], asOf: NOW - 5 * MINUTE_MS })
  expect((await positions()).get(1)?.units).toBe(7)
})

test('a file is taken back once', async () => {
  const file = await book({ kind: 'change', rows: [{ productId: 2, units: 3 }], asOf: NOW })
  await undo(file)
  await expect(undo(file)).rejects.toMatchObject({ code: 'FILE_NOT_UNDONE' })
})

test('a later count that agreed stands, although it moved nothing', async () => {
  await database.db.query('truncate inventory.movement, inventory.position, inventory.count_mark')
  const first = await book({ kind: 'count', rows: [{ productId: 1, units: 40 }], asOf: NOW - 9 * MINUTE_MS })
  await book({ kind: 'count', rows: [{ productId: 1, units: 40 }], asOf: NOW - 5 * MINUTE_MS })
  expect(await undo(first)).toMatchObject({ positions: 0, overruled: 1 })
  expect((await positions()).get(1)?.units).toBe(40)
})
