import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { checkPromises } from '../src/availability/check-step.ts'
import { recomputeAll, step } from '../src/availability/step.ts'
import * as catalog from '../src/catalog/store.ts'
import type { Db } from '../src/db/connection.ts'
import { startServerless } from './house.ts'

export const FACILITIES = 50
const CHANNELS = 10
const CHANGES = 200

/**
 * What each location may promise, computed for all of it and for one change, beside plain SQL that adds up the same sums and
 * keeps nothing: ten aggregate channels of all facilities, and every facility one to one with a location of its own.
 */
export async function availabilityBench(words: readonly string[]): Promise<void> {
  const positions = Number(words[0] ?? 1_000_000)
  const directory = await mkdtemp(path.join(tmpdir(), 'trueup-bench-'))
  await chmod(directory, 0o711)
  const { house, world } = await startServerless(path.join(directory, 'data'))
  try {
    const { db } = house
    const deps = { db, clock: world.clock }
    await stock(db, { skus: Math.round(positions / FACILITIES), at: new Date(world.clock.now()) })
    for (const kind of ['aggregate', 'one-to-one'] as const) {
      await map(db, kind)
      await timed(`${kind}: first computation of everything`, () => recomputeAll(deps))
      await timed(`${kind}: everything again, nothing changed`, () => recomputeAll(deps))
      await move(db, 100)
      await timed(`${kind}: everything again, 1 % changed`, () => recomputeAll(deps))
      await timed(`${kind}: plain SQL, the sums alone`, () => plainSql(db, kind))
      await oneByOne(kind, deps)
      await timed(`${kind}: everything worked out anew and compared, as each night`, () => compared(deps))
    }
  } finally {
    await house.close()
    await rm(directory, { recursive: true, force: true })
  }
}

export async function stock(db: Db, { skus, at }: { skus: number; at: Date }): Promise<void> {
  await db.query(`insert into catalog.product (name, created_at) select 'SKU-' || n, $2 from generate_series(1, $1) n`, [skus, at])
  await db.query(`insert into catalog.facility (code, name, created_at) select 'F' || n, 'F' || n, $2 from generate_series(1, $1) n`, [
    FACILITIES,
    at,
  ])
  await db.query(
    `insert into inventory.position (facility_id, product_id, on_hand_units, reserved_units, counted_at)
     select f, p, (p * 7 + f * 13) % 500, (p + f) % 3, $3 from generate_series(1, $1) f, generate_series(1, $2) p`,
    [FACILITIES, skus, at],
  )
  await db.query(
    `insert into catalog.product_facility (facility_id, product_id, safety_stock_units, seq)
     select f, p, 2, nextval('catalog.setting_seq') from generate_series(1, $1) f, generate_series(1, $2, 10) p`,
    [FACILITIES, skus],
  )
  await db.query(`insert into catalog.shop (code, name, api_url) values ('bench', 'Bench', 'http://127.0.0.1:9')`)
  await db.query(
    `insert into catalog.location (shop_id, location_gid, name, is_active, seen_at) select 1, 'L' || n, 'L' || n, true, $2 from generate_series(1, $1) n`,
    [FACILITIES + CHANNELS, at],
  )
  await db.query(`insert into catalog.facility_group (code, name) select 'G' || n, 'G' || n from generate_series(1, $1) n`, [CHANNELS])
  await db.query(
    `insert into catalog.facility_group_member (group_id, facility_id, from_at) select g, f, $3 from generate_series(1, $1) g, generate_series(1, $2) f`,
    [CHANNELS, FACILITIES, at],
  )
  await db.query(
    `insert into catalog.product_channel (group_id, product_id, threshold_units, seq)
     select g, p, 5, nextval('catalog.setting_seq') from generate_series(1, $1) g, generate_series(1, $2, 4) p`,
    [CHANNELS, skus],
  )
  await db.query('analyze')
}

export async function map(db: Db, kind: 'aggregate' | 'one-to-one'): Promise<void> {
  await db.query('delete from catalog.location_mapping')
  await db.query('truncate availability.target, availability.supply')
  if (kind === 'aggregate')
    await db.query('insert into catalog.location_mapping (shop_id, location_id, group_id) select 1, n, n from generate_series(1, $1) n', [
      CHANNELS,
    ])
  else
    await db.query(
      'insert into catalog.location_mapping (shop_id, location_id, facility_id) select 1, $2 + n, n from generate_series(1, $1) n',
      [FACILITIES, CHANNELS],
    )
  await db.transaction(tx => catalog.catalogChanged(tx))
  await db.query('analyze catalog.location_mapping')
}

/** One of `every` positions has one unit more. */
async function move(db: Db, every: number): Promise<void> {
  await db.query('update inventory.position set on_hand_units = on_hand_units + 1 where product_id % $1 = 0', [every])
}

/** What has to be read and added up at the least, by hand: no switches, no kits, no queue, and nothing kept. */
async function plainSql(db: Db, kind: 'aggregate' | 'one-to-one'): Promise<{ wrote: number }> {
  const spare = `select h.facility_id, h.product_id, greatest(h.on_hand_units - h.reserved_units - coalesce(s.safety_stock_units, 0), 0) as units
                   from inventory.position h left join catalog.product_facility s using (facility_id, product_id)`
  const sums = {
    aggregate: `select m.group_id, spare.product_id, greatest(sum(spare.units) - coalesce(max(c.threshold_units), 0), 0) as units
                  from (${spare}) spare join catalog.facility_group_member m using (facility_id)
                  left join catalog.product_channel c on c.group_id = m.group_id and c.product_id = spare.product_id
                 group by m.group_id, spare.product_id`,
    'one-to-one': `select m.location_id, spare.product_id, spare.units from (${spare}) spare join catalog.location_mapping m using (facility_id)`,
  }
  const rows = await db.query<{ wrote: number }>(`select count(*) as wrote, sum(units) as units from (${sums[kind]}) sums`)
  return { wrote: rows[0]?.wrote ?? 0 }
}

/** One movement at a time, each brought into the promises by a step of its own. */
async function oneByOne(kind: string, deps: Parameters<typeof step>[0]): Promise<void> {
  const { db, clock } = deps
  await step(deps)
  const took: number[] = []
  for (let change = 0; change < CHANGES; change++) {
    await db.transaction(async tx => {
      const key = [(change % FACILITIES) + 1, change * 37 + 1]
      await tx.query('update inventory.position set on_hand_units = on_hand_units + 3 where facility_id = $1 and product_id = $2', key)
      await tx.query(
        `insert into inventory.movement (seq, facility_id, product_id, on_hand_units, recorded_at, effective_at, reason)
         values (nextval('inventory.movement_seq'), $1, $2, 3, $3, $3, 'VAR_EXT_RESET')`,
        [...key, new Date(clock.now())],
      )
      await tx.query(
        `insert into street.cursor (reader, position) select 'inventory:head', last_value from inventory.movement_seq
         on conflict (reader) do update set position = excluded.position`,
      )
    })
    const startedAt = performance.now()
    await step(deps)
    took.push(performance.now() - startedAt)
  }
  took.sort((one, other) => one - other)
  const at = (share: number) => `${(took[Math.floor(took.length * share)] ?? 0).toFixed(1)} ms`
  print(`${kind}: one change: p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}`)
}

/** Fails where a promise is not as it is worked out anew: a figure of a wrong promise is none. */
async function compared(deps: Parameters<typeof step>[0]): Promise<{ wrote: number }> {
  const { read, notes } = await checkPromises(deps)
  if (notes?.promisesDiffering !== 0) throw new Error(`not as worked out anew: ${JSON.stringify(notes)}`)
  return { wrote: read }
}

async function timed(what: string, work: () => Promise<{ wrote: number }>): Promise<void> {
  const startedAt = performance.now()
  const { wrote } = await work()
  print(`${what}: ${((performance.now() - startedAt) / 1_000).toFixed(2)} s, ${wrote} promises`)
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)
