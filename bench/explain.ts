import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { recomputeAll } from '../src/availability/step.ts'
import type { Db } from '../src/db/connection.ts'
import type { explained } from '../src/http/contract/explain.ts'
import type { Answer } from '../src/http/contract/instant.ts'
import { keepMonths } from '../src/inventory/month-step.ts'
import { explainRoutes } from '../src/reconcile/explain-routes.ts'
import { FACILITIES, map, stock } from './availability.ts'
import { startServerless } from './house.ts'

const MOVEMENTS_PER_POSITION = 10
const MONTH_MS = 30.5 * 24 * 3_600_000
const QUESTIONS = 500
const LINE_BYTES = 20

/** One number explained, file line to shop, in a ledger of ten million movements: as the API answers it. */
export async function explainBench(words: readonly string[]): Promise<void> {
  const movements = Number(words[0] ?? 10_000_000)
  const skus = Math.round(movements / MOVEMENTS_PER_POSITION / FACILITIES)
  const directory = await mkdtemp(path.join(tmpdir(), 'trueup-bench-'))
  await chmod(directory, 0o711)
  const { house, world } = await startServerless(path.join(directory, 'data'))
  try {
    const { db, files, spoolDir } = house
    const now = world.clock.now()
    await stock(db, { skus, at: new Date(now) })
    await writeFile(path.join(spoolDir, 'bench-1'), 'F1,SKU,SKU-1,000030\n'.repeat(1_000))
    await fill(db, { skus, now })
    await map(db, 'one-to-one')
    await db.query('insert into catalog.location_mapping (shop_id, location_id, group_id) values (1, 1, 1)')
    await recomputeAll({ db, clock: world.clock })
    await tell(db, now)
    // As autovacuum leaves them within minutes of a load.
    for (const table of ['inventory.movement', 'inventory.position', 'availability.target', 'channel.call_row'])
      await db.query(`vacuum ${table}`)
    await db.query('analyze')
    print(`${movements} movements, ${skus * FACILITIES} positions`)
    const [route] = explainRoutes({ db, clock: world.clock, files })
    if (route?.kind !== 'json') throw new Error('the route answers with JSON')
    const ask = async (sku: number, at: string, asOf?: number) => {
      const asked = { params: { sku: `SKU-${sku}` }, query: { at, asOf }, body: undefined, who: { name: 'bench', role: 'viewer' as const } }
      const answer = (await route.handle({ ...asked, idempotencyKey: null, signal: AbortSignal.timeout(60_000) })) as Answer<
        typeof explained
      >
      const [level] = answer.levels
      if (
        level === undefined ||
        (level.explanation && level.promisedUnits !== level.explanation.sellableUnits - level.explanation.deficitUnits)
      )
        throw new Error('it does not add up')
    }
    await measure('at a location of one facility', n => ask(((n * 7_919) % skus) + 1, `L${11 + (n % FACILITIES)}`))
    await measure(`at an aggregate of ${FACILITIES} facilities`, n => ask(((n * 104_729) % skus) + 1, 'L1'))
    await measure('at a location, five months ago', n => ask(((n * 7_919) % skus) + 1, `L${11 + (n % FACILITIES)}`, now - 5 * MONTH_MS))
    await measure('at the aggregate, five months ago', n => ask(((n * 104_729) % skus) + 1, 'L1', now - 5 * MONTH_MS))
  } finally {
    await house.close()
    await rm(directory, { recursive: true, force: true })
  }
}

/** Ten movements to each position, a month apart, each from a line of one kept file. */
async function fill(db: Db, { skus, now }: { skus: number; now: number }): Promise<void> {
  await db.query(`insert into catalog.product_identifier (type, value, product_id) select 'SKU', name, product_id from catalog.product`)
  await db.query(
    `insert into feed.feed (name, home, folder, layout, created_at) values ('bench', 'bench', 'bench', 'RESET_INVENTORY', $1)`,
    [new Date(now)],
  )
  await db.query(
    `insert into feed.file (feed_id, door, name, state, seq, owner, received_bytes, spool_name, opened_at, received_at, changed_at)
     values (1, 'http', 'stock.csv', 'applied', 1, '00000000-0000-4000-8000-000000000001', 20000, 'bench-1', $1, $1, $1)`,
    [new Date(now)],
  )
  for (let round = 0; round < MOVEMENTS_PER_POSITION; round++) {
    const at = new Date(now - (MOVEMENTS_PER_POSITION - 1 - round) * MONTH_MS - 3_600_000)
    await keepMonths(db, at.getTime())
    await db.query(
      `insert into inventory.movement (seq, facility_id, product_id, on_hand_units, line, file_id, byte_offset, recorded_at, effective_at, reason)
       select nextval('inventory.movement_seq'), f, p, 1, p % 1000, 1, (p % 1000) * ${LINE_BYTES}, $3, $3, 'VAR_EXT_RESET'
         from generate_series(1, $1) f, generate_series(1, $2) p`,
      [FACILITIES, skus, at],
    )
  }
}

/** Every promise was told, answered and read back. */
export async function tell(db: Db, now: number): Promise<void> {
  const at = new Date(now)
  await db.query(
    `insert into outbox.intent (shop_id, location_id, product_id, revision, units, inventory_item_gid, state, due_at, created_at, changed_at)
     select shop_id, location_id, product_id, revision, sellable_units, 'gid://shopify/InventoryItem/' || product_id, 'confirmed', $1, $1, $1 from availability.target`,
    [at],
  )
  await db.query(
    `insert into channel.call (call_id, shop_id, idempotency_key, kind, body, state, lease_until, attempts, claimed_at, answered_at, outcome, request_id)
     select gen_random_uuid(), 1, gen_random_uuid(), 'set_available', '{}', 'answered', $1, 1, $1, $1, 'confirmed', 'request-' || n from generate_series(1, 5000) n`,
    [at],
  )
  await db.query(
    `insert into channel.call_row (call_id, ordinal, location_id, product_id, revision, promised_units, unseen_units, from_units, units)
     select c.call_id, t.n / 5000, t.location_id, t.product_id, t.revision, t.sellable_units, 0, 0, t.sellable_units
       from (select *, row_number() over () as n from availability.target) t
       join (select call_id, row_number() over () as n from channel.call) c on c.n = t.n % 5000 + 1`,
  )
  await db.query(
    `insert into channel.level (shop_id, location_id, product_id, inventory_item_gid, available_units, committed_units, reserved_units, is_active, read_at)
     select shop_id, location_id, product_id, 'gid://shopify/InventoryItem/' || product_id, sellable_units, 0, 0, true, $1 from availability.target`,
    [at],
  )
  await db.query(
    `insert into reconcile.observation (shop_id, location_id, product_id, run_id, revision, expected_units, shop_units, verdict, read_at)
     select shop_id, location_id, product_id, 1, revision, sellable_units, sellable_units, 'equal', $1 from availability.target`,
    [at],
  )
}

async function measure(what: string, question: (n: number) => Promise<void>): Promise<void> {
  for (let n = 0; n < 20; n++) await question(n)
  const took: number[] = []
  for (let n = 0; n < QUESTIONS; n++) {
    const startedAt = performance.now()
    await question(n)
    took.push(performance.now() - startedAt)
  }
  took.sort((one, other) => one - other)
  const at = (share: number) => `${(took[Math.floor(took.length * share)] ?? 0).toFixed(1)} ms`
  print(`${what}: p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}`)
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)
