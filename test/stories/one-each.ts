import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { FIRST_SFTP_USER } from '../../src/app/sftp-users.ts'
import * as catalog from '../../src/catalog/store.ts'
import type { Db } from '../../src/db/connection.ts'
import { addFeed } from '../../src/feed/store.ts'

/*
 * Files that add one unit to every SKU of a facility of their own: a part of one that was imported, one that was lost and one that took
 * effect twice would each show in the sums.
 */
export const ROWS = 1_000
const COMMENT = 'counted again after the cut'
const SETTLED_MS_MAX = 60_000

const skuName = (sku: number): string => `SKU-${String(sku).padStart(6, '0')}`

/** The products, and for each name a facility and a feed of that name. */
export async function setUpOneEach(db: Db, { feeds, now }: { feeds: readonly string[]; now: number }): Promise<void> {
  await db.transaction(async tx => {
    const products = Array.from({ length: ROWS }, (_, sku) => ({
      name: skuName(sku),
      identifiers: [{ type: 'SKU' as const, value: skuName(sku) }],
    }))
    await catalog.importProducts(tx, products, now)
    const facilities = feeds.map(name => ({ code: name, externalId: name, name, type: 'WAREHOUSE' }))
    await catalog.importFacilities(tx, facilities, now)
  })
}

/** Declares the feed of that name at the built-in server. */
export async function addOneEachFeed(db: Db, { name, now }: { name: string; now: number }): Promise<void> {
  await addFeed(db, { name, home: FIRST_SFTP_USER, folder: name, layout: 'MDM_INV_VARIANCE', fileKind: 'delta', now })
}

/** A file like no other of its feed, and of the same length. */
export function oneEach(feed: string, round: number): { bytes: Buffer; sha256: string } {
  const rows = Array.from({ length: ROWS }, (_, sku) => `${feed},SKU,${skuName(sku)},1,${String(round).padStart(5, '0')} ${COMMENT}\n`)
  const bytes = Buffer.from(`externalFacilityId,idType,idValue,availableDelta,comments\n${rows.join('')}`)
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** Every file was applied once and whole; what came beside it was held, known or torn (or its receiver is dead), and moved nothing. */
export async function mustBeOnceAndWhole(db: Db, feed: string, digests: ReadonlySet<string>): Promise<void> {
  const ofFeed = 'from feed.file f join feed.feed e using (feed_id) left join import.verdict v using (file_id) where e.name = $1'
  const deadline = performance.now() + SETTLED_MS_MAX
  for (;;) {
    const waiting = await db.query(`select f.state, f.name ${ofFeed} and f.state in ('received', 'staged')`, [feed])
    if (waiting.length === 0) break
    if (performance.now() > deadline) throw new Error(`files of ${feed} wait for ever: ${JSON.stringify(waiting)}`)
    await delay(50)
  }
  type Row = { state: string; sha256: string | null; rows: number | null }
  const files = await db.query<Row>(`select f.state, f.sha256, v.rows_read as rows ${ofFeed}`, [feed])
  const applied = files.filter(file => file.state === 'applied')
  const left = await db.query<{ name: string; files: string }>(
    `select f.name, string_agg(concat_ws(' ', f.state, f.code, f.received_bytes, f.reason), '; ' order by f.file_id) as files ${ofFeed}
      group by f.name having bool_and(f.state <> 'applied')`,
    [feed],
  )
  expect(left).toEqual([])
  expect(applied.map(file => file.sha256).toSorted()).toEqual([...digests].toSorted())
  expect(new Set(applied.map(file => file.rows))).toEqual(new Set([ROWS]))
  // A failed file would be one that was read and found wanting: a cut is never that.
  const others = files
    .map(file => file.state)
    .filter(state => !['applied', 'held', 'duplicate', 'interrupted', 'receiving'].includes(state))
  expect(others).toEqual([])
  const units = await db.query(
    `select p.on_hand_units as units, count(*) as positions, sum(m.moves) as moves
       from inventory.position p join catalog.facility f using (facility_id)
       join lateral (select count(*) as moves, sum(on_hand_units) as units from inventory.movement m
                      where m.facility_id = p.facility_id and m.product_id = p.product_id) m on m.units = p.on_hand_units
      where f.external_id = $1 group by 1`,
    [feed],
  )
  expect(units).toEqual([{ units: digests.size, positions: ROWS, moves: ROWS * digests.size }])
}
