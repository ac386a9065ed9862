import { appendFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import path from 'node:path'
import { startShopifySimulator } from '../simulator/shopify/simulator.ts'
import { demoShopFile, setUpDemo } from '../src/app/demo-world.ts'
import { FIRST_SFTP_USER } from '../src/app/sftp-users.ts'
import { addFeed } from '../src/feed/store.ts'
import { FACILITIES, furnish } from './close.ts'
import { percentile, type Running, startRunning, untilApplied } from './running.ts'
import { writeStockFile } from './stock-file.ts'

const SMALL_ROWS = 100
const ORDER_LEVELS = 40
const QUIET_ROUNDS = 20
const ROUND_MS_MAX = 120_000
const LARGE_MS_MAX = 3_600_000
const LOOK_MS = 5
const REST_MS = 500
/** What the levels of the small file show at first; they go down from there. */
const STOCK_UNITS = 20_000

/** A level of the shop that shows what one facility has. */
type Place = { facility: string; code: string; sku: string; itemId: number; locationId: number }
/** How long something took, and how long after the beginning it had begun. */
type Timed = { ms: number; afterMs: number }
type Took = { orders: Timed[]; less: Timed[]; more: Timed[] }

/**
 * Nobody waits for the big one: while a file of ten million rows is read and applied, orders of another system and files of a hundred rows of
 * another feed come in through the SFTP door, for positions that the big file counts as well. How long each takes from CLOSE until the last of
 * its levels in the shop shows it. `npm run bench -- busy [ROWS]`.
 */
export async function busyBench(words: readonly string[]): Promise<void> {
  const rows = Number(words[0] ?? 10_000_000)
  const skus = Math.round(rows / FACILITIES)
  const simulator = await startShopifySimulator({ shop: await demoShopFile() })
  const running = await startRunning(async (house, world) => {
    await setUpDemo(house, world, simulator.url)
    await furnish(house, world, skus)
    await addFeed(house.db, { name: 'orders', home: FIRST_SFTP_USER, folder: 'orders', layout: 'ORDER_LINES', now: world.clock.now() })
  })
  const levelOf = ({ itemId, locationId }: Place) =>
    simulator.simulated.shop.tables.levelsOfItem(itemId).find(level => level.locationId === locationId && level.active)
  const shown = (place: Place) => levelOf(place)?.quantities.available
  try {
    print(`${rows} rows, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`)
    const places = await placesOf(running, place => levelOf(place) !== undefined)
    const shop = await openCounter(running, places, shown)
    await shop.stock()
    const quiet: Took = { orders: [], less: [], more: [] }
    for (let n = 0; n < QUIET_ROUNDS; n++) await shop.round(quiet)
    report('in a quiet house', quiet)

    const file = path.join(running.directory, 'large.csv')
    await writeStockFile(file, { skus, facilities: FACILITIES, seed: 1, changedShare: 0 })
    await appendFile(file, places.map(({ facility, sku }) => `${facility},SKU,${sku},${STOCK_UNITS}\n`).join(''))
    const large = await running.client()
    const startedAt = performance.now()
    let isDone = false
    const applying = (async () => {
      await large.putFile('/large/inbox/large.csv', file)
      const sentAt = performance.now()
      await untilApplied(running, 'large.csv', LARGE_MS_MAX)
      isDone = true
      return { sentMs: sentAt - startedAt, appliedMs: performance.now() - sentAt }
    })()
    const beside: Took = { orders: [], less: [], more: [] }
    shop.begin()
    while (!isDone) await shop.round(beside)
    const took = await applying
    report(`while ${rows} rows come in (${seconds(took.sentMs)}) and are applied (${seconds(took.appliedMs)})`, beside)
    await large.end()
  } finally {
    await running.close()
    await simulator.close()
  }
}

/** Puts orders and small files, and waits until the shop shows them. */
async function openCounter(running: Running, places: readonly Place[], shown: (place: Place) => number | undefined) {
  const client = await running.client()
  const counted = places.slice(0, SMALL_ROWS)
  const ordered = places.slice(SMALL_ROWS)
  let round = 0
  let orders = 0
  let units = STOCK_UNITS

  async function count(of: readonly Place[], told: number): Promise<number> {
    const bytes = Buffer.from(
      `externalFacilityId,idType,idValue,availableQty\n${of.map(one => `${one.facility},SKU,${one.sku},${told}\n`).join('')}`,
    )
    const closedAt = await client.put(`/small/inbox/counted-${round++}.csv`, bytes)
    await until(
      () => of.every(place => shown(place) === told),
      () =>
        of
          .filter(place => shown(place) !== told)
          .map(place => [place.sku, shown(place)])
          .slice(0, 3),
    )
    return performance.now() - closedAt
  }

  let begunAt = performance.now()
  const timed = async (work: () => Promise<number>): Promise<Timed> => {
    const afterMs = performance.now() - begunAt
    return { ms: await work(), afterMs }
  }

  return {
    /** From here the places in the run are counted. */
    begin() {
      begunAt = performance.now()
    },
    /** The first count of all the levels that this bench looks at. */
    stock: () => count(places, units),
    async round(took: Took): Promise<void> {
      // Never the same bytes twice: that would be a file that came before.
      units -= 3
      took.less.push(await timed(() => count(counted, units)))
      took.orders.push(await timed(order))
      units += 1
      took.more.push(await timed(() => count(counted, units)))
      await running.world.sleep(REST_MS)
    },
  }

  async function order(): Promise<number> {
    const place = ordered[orders % ordered.length]
    if (place === undefined) throw new Error('there is no level left to order from')
    const before = shown(place) ?? 0
    const line = `B-${orders++},1,ordered,${place.code},${place.sku},1,,,,,`
    const closedAt = await client.put(`/orders/inbox/order-${orders}.csv`, Buffer.from(`${ORDER_HEADER}\n${line}\n`))
    await until(
      () => shown(place) === before - 1,
      () => [place.sku, before, shown(place)],
    )
    return performance.now() - closedAt
  }

  async function until(isSo: () => boolean, said: () => unknown): Promise<void> {
    const deadline = performance.now() + ROUND_MS_MAX
    while (!isSo()) {
      if (performance.now() > deadline) throw new Error(`the shop does not show it: ${JSON.stringify(said())}`)
      await running.world.sleep(LOOK_MS)
    }
  }
}

const ORDER_HEADER = 'orderId,orderItemSeqId,status,facilityId,idValue,quantity,eventId,eventDate,channel,reason,restock'

async function placesOf({ house }: Running, isShown: (place: Place) => boolean): Promise<Place[]> {
  const all = await house.db.query<Place>(
    `select f.external_id as facility, f.code, i.value as sku, substring(k.inventory_item_gid from '\\d+$')::bigint as "itemId",
            substring(l.location_gid from '\\d+$')::bigint as "locationId"
       from catalog.item_link k
       join catalog.location_mapping m on m.shop_id = k.shop_id and m.facility_id is not null
       join catalog.location l on l.location_id = m.location_id
       join catalog.facility f on f.facility_id = m.facility_id
       join catalog.product_identifier i on i.product_id = k.product_id and i.type = 'SKU'
      order by k.product_id, f.code`,
  )
  const products = new Set<string>()
  const places = all
    .filter(place => isShown(place) && !products.has(place.sku) && products.add(place.sku))
    .slice(0, SMALL_ROWS + ORDER_LEVELS)
  if (places.length < SMALL_ROWS + ORDER_LEVELS) throw new Error(`only ${places.length} levels show what one facility has`)
  return places
}

function report(what: string, { orders, less, more }: Took): void {
  print(what)
  for (const [name, took] of [
    ['an order', orders],
    ['100 rows, less of each', less],
    ['100 rows, more of each', more],
  ] as const)
    print(`  ${name}: ${took.length}, p50 ${percentOf(took, 50)} ms, p99 ${percentOf(took, 99)} ms; longest ${longest(took)}`)
}

const percentOf = (took: readonly Timed[], percent: number): number =>
  percentile(
    took.map(({ ms }) => ms),
    percent,
  )

/** The longest three, with where in the run they were: what they waited for is found by that. */
function longest(took: readonly Timed[]): string {
  const three = took.toSorted((one, other) => other.ms - one.ms).slice(0, 3)
  return three.map(({ ms, afterMs }) => `${Math.round(ms)} ms after ${seconds(afterMs)}`).join(', ')
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`
const print = (line: string): void => void process.stdout.write(`${line}\n`)
