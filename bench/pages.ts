import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { readConfig } from '../src/app/config.ts'
import { healthFacts } from '../src/app/health-facts.ts'
import { consoleDir, errorsDir, packageRoot } from '../src/app/places.ts'
import { allRoutes, streetNow } from '../src/app/routes.ts'
import type { House, World } from '../src/app/wire.ts'
import { recomputeAll } from '../src/availability/step.ts'
import { AVAILABILITY_HEAD } from '../src/availability/store.ts'
import type { Db } from '../src/db/connection.ts'
import { advanceCursor, peekCursor, readCursor } from '../src/db/cursor.ts'
import { ensureAdmin } from '../src/http/people.ts'
import { createGate, type Gate } from '../src/http/server.ts'
import { JOBS } from '../src/jobs/job.ts'
import { perWhat } from '../src/jobs/parameters.ts'
import { READS_AVAILABILITY } from '../src/outbox/store.ts'
import { countStep } from '../src/reconcile/tally-store.ts'
import { FACILITIES, map, stock } from './availability.ts'
import { tell } from './explain.ts'
import { startServerless } from './house.ts'

const FILES = 500
const RUNS = 100_000
/** Orders that hold stock at a location of several facilities. */
const QUEUED = 20_000
/** Each with a schedule of its own for every job that works shop by shop: with the jobs themselves some two hundred. */
const SHOPS = 27
const ASKED = 30
const SHOWN = 5
const CHROMIUM = '/usr/bin/chromium'

/** What people open most, as they open it: the first page of each list, and what they search for. `%` is another one each time. */
const ADDRESSES = [
  '/street',
  '/street/history',
  '/stock',
  '/stock?search=SKU-1%',
  '/stock?sort=name',
  '/stock?page=40',
  '/stock/SKU-%',
  '/stock/SKU-%/movements',
  '/stock/SKU-%/levels',
  '/files',
  '/files?search=count-%',
  '/files?state=applied&page=8',
  '/files/%',
  '/jobs',
  '/jobs/runs',
  '/jobs/runs?outcome=failed',
  '/jobs/runs?search=feed&page=50',
  '/jobs/runs?job=Import%20Inventory',
  '/jobs/hard-sync-job',
  '/jobs/timeline',
  '/jobs/timeline?hours=48',
  '/outbox/intents',
  '/orders/queue',
  '/orders/queue?state=waiting&page=40',
  '/orders/queue?search=SKU-1%',
  '/reconcile/differences',
  '/diff',
  '/proofs',
  '/uploads',
  '/shops',
  '/shops/bench',
  '/health/findings',
  '/search?q=SKU-1%',
  '/search?q=count-%',
  '/audit',
] as const
/** The pages on a screen, and what on each shows that its first rows are there. */
const SCREENS = [
  ['/', 'Reconcile'],
  ['/stock', 'SKU-1'],
  ['/stock?search=SKU-77', 'SKU-77'],
  ['/stock/SKU-77', 'SKU-77'],
  ['/files', 'count-'],
  ['/jobs', 'Hard Sync Job'],
  ['/jobs/pipeline', 'Import Inventory'],
  ['/health', 'Health'],
] as const

/** Every page at a million positions, a hundred thousand runs and five hundred files: on the server, and on a screen. */
export async function pagesBench(words: readonly string[]): Promise<void> {
  const positions = Number(words[0] ?? 1_000_000)
  const directory = await mkdtemp(path.join(tmpdir(), 'trueup-bench-'))
  await chmod(directory, 0o711)
  const { house, world } = await startServerless(path.join(directory, 'data'))
  try {
    const skus = Math.round(positions / FACILITIES)
    await fill(house, world, skus)
    const own = JOBS.filter(job => perWhat(job) === 'shop').length * SHOPS
    print(`${skus * FACILITIES} positions, ${FILES} files, ${RUNS} runs, ${JOBS.length + own} jobs (${own} of them of ${SHOPS} shops)`)
    const admin = await ensureAdmin({ db: house.db, ids: world.ids, clock: world.clock })
    const gate = await openGate(house, world)
    await onServer(gate, skus)
    await ofHealth(house, world)
    await onScreen(gate, admin?.password ?? '')
    await gate.close()
  } finally {
    await house.close()
    await rm(directory, { recursive: true, force: true })
  }
}

async function openGate(house: House, world: World): Promise<Gate> {
  const root = packageRoot()
  const vite = [path.join(root, 'node_modules/vite/bin/vite.js'), 'build', '--config', 'console/vite.config.ts']
  const built = spawnSync(process.execPath, vite, { cwd: root, env: { ...process.env, NODE_ENV: 'production' } })
  if (built.status !== 0) throw new Error(String(built.stderr))
  const nothing = async () => {}
  const clockwork = {
    ...{ nudge() {}, runNow: async (job: string) => ({ job, isQueued: true }) },
    ...{ waiting: async () => [], drop: async () => false, scheduleChanged: nothing, drained: nothing, stop: nothing },
  }
  return createGate({
    ...{ db: house.db, clock: world.clock, ids: world.ids, sleep: world.sleep, log: world.log },
    routes: allRoutes({
      house,
      world,
      clockwork,
      reception: house.receiver,
      sftp: null,
      simulatedShop: { connect: async () => ({ apiUrl: 'http://127.0.0.1:1' }) },
      started: () => ({ config: readConfig({}, {}, '/srv'), version: '0.0.0', nodeVersion: process.version, httpUrl: null, sftp: null }),
    }),
    streetNow: () => streetNow(house.db, world.clock),
    ...{ cliToken: TOKEN, consoleDir: consoleDir(), errorsDir: errorsDir(), version: '0' },
  })
}

const TOKEN = 'the token of the benchmark'.replaceAll(' ', '-')

async function onServer(gate: Gate, skus: number): Promise<void> {
  for (const address of ADDRESSES) {
    const took: number[] = []
    for (let n = 0; n < ASKED; n++) {
      const which = address.includes('/files') || address.includes('count') ? (n * 37) % FILES : (n * 7_919) % skus
      const url = `/api/v1${address.replace(/%(?!\d)/, String(which + 1))}`
      const startedAt = performance.now()
      const answer = await gate.app.inject({ url, headers: { authorization: `Bearer ${TOKEN}` } })
      if (answer.statusCode !== 200) throw new Error(`${url} answers ${answer.statusCode}: ${answer.body}`)
      took.push(performance.now() - startedAt)
    }
    print(`${address.padEnd(38)} ${figures(took)}`)
  }
}

/** What the watch looks at every fifteen seconds, and the doctor when it is asked. */
async function ofHealth({ db }: House, { clock }: World): Promise<void> {
  const took: number[] = []
  for (let n = 0; n < ASKED; n++) {
    const startedAt = performance.now()
    await healthFacts({ db, clock, dataDir: tmpdir() })
    took.push(performance.now() - startedAt)
  }
  print(`${'everything that health looks at'.padEnd(38)} ${figures(took)}`)
}

/** From the click on an address to its first rows on the screen, in a browser that has been there before. */
async function onScreen(gate: Gate, password: string): Promise<void> {
  const { url } = await gate.listen({ host: '127.0.0.1', port: 0 })
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-sync'] })
  const page = await browser.newPage({ viewport: { width: 1_600, height: 1_000 } })
  await page.goto(url)
  await page.getByLabel('Name').fill('admin')
  await page.getByLabel('Password').first().fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('region', { name: 'Is stock in sync?' }).waitFor()
  for (const [to, shows] of SCREENS) {
    const took: number[] = []
    for (let n = 0; n <= SHOWN; n++) {
      const startedAt = performance.now()
      await page.goto(`${url}${to}`, { waitUntil: 'commit' })
      await page.getByRole('main').getByText(shows).first().waitFor()
      if (n > 0) took.push(performance.now() - startedAt)
    }
    print(`on screen ${to.padEnd(28)} ${figures(took)}`)
  }
  await browser.close()
}

/** A house as it stands after months, laid down in sets. */
async function fill({ db }: House, { clock }: World, skus: number): Promise<void> {
  const now = clock.now()
  const at = new Date(now)
  await stock(db, { skus, at })
  await db.query(`insert into catalog.product_identifier (type, value, product_id) select 'SKU', name, product_id from catalog.product`)
  await fillHistory(db, at)
  await map(db, 'one-to-one')
  await recomputeAll({ db, clock })
  await tell(db, now)
  await queueOrders(db, at)
  // Every reader has come to the end of what it reads, as in a house that is at rest.
  await db.transaction(async tx => {
    await readCursor(tx, READS_AVAILABILITY)
    await advanceCursor(tx, READS_AVAILABILITY, (await peekCursor(tx, AVAILABILITY_HEAD)) ?? 0)
  })
  await db.query('analyze')
  while ((await countStep({ db })).more);
  for (const table of ['inventory.movement', 'inventory.position', 'availability.target', 'outbox.intent', 'jobs.run'])
    await db.query(`vacuum analyze ${table}`)
  await db.query('analyze')
}

/** What one location of several facilities sold and is still open: a third of the orders wait for somebody who says who sends them. */
async function queueOrders(db: Db, at: Date): Promise<void> {
  await db.query('insert into catalog.location_mapping (shop_id, location_id, group_id) values (1, 1, 1)')
  await db.query(
    `insert into catalog.item_link (shop_id, product_id, inventory_item_gid)
     select 1, product_id, 'gid://shopify/InventoryItem/' || product_id from catalog.product on conflict do nothing`,
  )
  await db.query(
    `insert into orders.known (shop_id, order_gid, created_at, heard_from, is_open)
     select 1, 'gid://shopify/Order/' || n, $2::timestamptz - n * interval '1 minute', $2, true from generate_series(1, $1::int) n`,
    [QUEUED, at],
  )
  await db.query(
    `insert into orders.open_line (shop_id, order_gid, line_gid, inventory_item_gid, location_gid, open_units)
     select 1, 'gid://shopify/Order/' || (n + 1) / 2, 'gid://shopify/LineItem/' || n, k.inventory_item_gid, l.location_gid, 1 + n % 3
       from generate_series(1, $1::int * 2) n
       join (select inventory_item_gid, row_number() over (order by product_id) as place, count(*) over () as links
               from catalog.item_link where shop_id = 1) k on k.place = n % k.links + 1
       join catalog.location l on l.location_id = 1`,
    [QUEUED],
  )
  await db.query(
    `insert into orders.assignment (shop_id, order_gid, inventory_item_gid, ordinal, facility_id, units, who, assigned_at)
     select distinct on (order_gid, inventory_item_gid) 1, order_gid, inventory_item_gid, 1, 1, open_units, 'bench', $1::timestamptz
       from orders.open_line where split_part(order_gid, '/Order/', 2)::int % 3 <> 0`,
    [at],
  )
}

async function fillHistory(db: Db, at: Date): Promise<void> {
  await db.query(
    `insert into feed.feed (name, home, folder, layout, created_at) values ('bench', 'bench', 'bench', 'RESET_INVENTORY', $1)`,
    [at],
  )
  await db.query(
    `insert into feed.file (feed_id, door, name, state, seq, owner, received_bytes, sha256, spool_name, opened_at, received_at, changed_at, identified_at)
     select 1, 'sftp', 'count-' || n || '.csv', case when n % 20 = 0 then 'failed' else 'applied' end, n, gen_random_uuid(), 4000000, md5(n::text),
            'bench-' || n, $2::timestamptz - n * interval '1 hour', $2::timestamptz - n * interval '1 hour', $2, $2
       from generate_series(1, $1::int) n`,
    [FILES, at],
  )
  await db.query(
    `insert into import.verdict (file_id, feed_id, layout, decision, rows_read, rows_accepted, rows_rejected, units_read, decided_at, applied_at)
     select file_id, 1, 'RESET_INVENTORY', case when state = 'failed' then 'failed' else 'believed' end, 200000, 199900, 100, 1, opened_at, opened_at from feed.file`,
  )
  await db.query(
    `insert into import.rejected_row (file_id, line, root_file_id, root_line, byte_offset, code, reason, raw)
     select file_id, n, file_id, n, n * 20, 'ROW_PRODUCT_UNKNOWN', 'Nobody knows it.', 'F1,SKU,NOBODY,1' from feed.file, generate_series(1, 100) n`,
  )
  await db.query(
    `insert into inventory.movement (seq, facility_id, product_id, on_hand_units, line, file_id, byte_offset, recorded_at, effective_at, reason)
     select nextval('inventory.movement_seq'), facility_id, product_id, on_hand_units, product_id, 1, product_id * 20, $1, $1, 'VAR_EXT_RESET' from inventory.position`,
    [at],
  )
  await db.query(
    `insert into street.cursor (reader, position) select 'inventory:head', last_value from inventory.movement_seq
     on conflict (reader) do update set position = excluded.position`,
  )
  await db.query(
    `insert into catalog.shop (code, name, api_url, access_scope, catalog_read_at)
     select 'shop-' || n, 'Shop ' || n, 'https://shop-' || n || '.example', 'read_and_write', $2 from generate_series(1, $1::int) n`,
    [SHOPS, at],
  )
  await db.query(
    `insert into jobs.schedule (job, whose, cron, time_zone, is_real_time, parameters, changed_at, changed_by)
     select job, 'shop-' || n, '*/15 * * * *', 'UTC', true, '{}', $2, 'bench' from unnest($3::text[]) as job, generate_series(1, $1::int) n`,
    [SHOPS, at, JOBS.filter(job => perWhat(job) === 'shop').map(job => job.slug)],
  )
  await db.query(
    `insert into jobs.run (parameters, job, room, started_at, finished_at, outcome, read, wrote, code, message, cause)
     select case when n % 2 = 0 then jsonb_build_object('shop', 'shop-' || n / 2 % ${SHOPS} + 1) else '{}' end, (array[${JOBS.map(job => `'${job.name}'`).join(', ')}])[n % ${JOBS.length} + 1], 'feed', $2::timestamptz - ($1::int - n) * interval '20 seconds',
            $2::timestamptz - ($1::int - n) * interval '20 seconds' + interval '1 second', case when n % 97 = 0 then 'failed' else 'finished' end, n, n,
            case when n % 97 = 0 then 'JOBS_STEP_BROKE' end, case when n % 97 = 0 then 'It broke.' end, case when n % 3 = 0 then 'tick' else 'nudge' end
       from generate_series(1, $1::int) n`,
    [RUNS, at],
  )
}

function figures(took: number[]): string {
  const sorted = took.toSorted((one, other) => one - other)
  const at = (share: number) => `${(sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0)} ms`.padStart(8)
  return `p50 ${at(0.5)}   p95 ${at(0.95)}`
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)
