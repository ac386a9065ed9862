import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recomputeAll } from '../../src/availability/step.ts'
import { recordLocations } from '../../src/catalog/reading-store.ts'
import * as catalog from '../../src/catalog/store.ts'
import { checkLedger } from '../../src/inventory/check-store.ts'
import type { LedgerLine } from '../../src/inventory/document.ts'
import { book, reverse } from '../../src/inventory/document-step.ts'
import { schedule } from '../../src/inventory/scheduled-store.ts'
import { rounds } from '../rounds.ts'
import { deed } from './deed.ts'
import { type Deed, PLACES, type Place, StockModel } from './stock-model.ts'
import { openWarehouse, type Warehouse } from './warehouse.ts'

const STEPS = 12
const STEP_MS = 60_000
const FULL_ROUNDS = 30
const isFull = rounds() >= FULL_ROUNDS
/** 10,000 histories where all are asked for, a sample otherwise. */
const BATCHES = isFull ? 10 : 1
/** Histories that walk side by side, each with a product of its own: one file then carries the rows of all of them. */
const SIDE_BY_SIDE = isFull ? 1_000 : 60
const SEED = 20_261_124

let warehouse: Warehouse
beforeAll(async () => {
  warehouse = await openWarehouse(['unused'])
  await openShop()
})
afterAll(() => warehouse.close())

const history = fc.array(deed, { minLength: STEPS, maxLength: STEPS })

test(`${BATCHES * SIDE_BY_SIDE} histories end as a sheet of paper says, step by step, whoever writes at the same time`, async () => {
  for (let batch = 0; batch < BATCHES; batch++) await walkBatch(SEED + batch)
  const { db } = warehouse.house
  const check = await db.transaction(tx => checkLedger(tx, warehouse.clock.at))
  expect(check).toMatchObject({ differing: 0, differingBins: 0, differingReservations: 0 })
  // Incremental is full: computing everything anew changes no promise.
  const promises = () =>
    db.query<{ sum: string }>(
      `select md5(string_agg(t::text, ' ' order by shop_id, location_id, product_id)) as sum from availability.target t`,
    )
  const before = await promises()
  await recomputeAll({ db, clock: warehouse.clock })
  expect(await promises()).toEqual(before)
})

type Walker = { sku: string; productId: number; deeds: Deed[]; model: StockModel; told: string[] }

async function walkBatch(seed: number): Promise<void> {
  const walkers = await newWalkers(seed)
  for (let step = 0; step < STEPS; step++) {
    warehouse.clock.at += STEP_MS
    for (const walker of walkers) walker.model.begin(step)
    // What became due since the step before; nobody's deed of now may come before it.
    await warehouse.house.steps.inventory()
    await doStep(walkers, step)
    for (const walker of walkers) walker.model.do(walker.deeds[step] ?? { kind: 'told again' }, step)
    await compare(walkers, { seed, step })
  }
}

async function newWalkers(seed: number): Promise<Walker[]> {
  const { db } = warehouse.house
  const walkers = fc
    .sample(history, { seed, numRuns: SIDE_BY_SIDE })
    .map((deeds, n): Walker => ({ sku: `${seed}-${n}`, productId: 0, deeds, model: new StockModel(), told: [] }))
  await db.transaction(tx =>
    catalog.importProducts(
      tx,
      walkers.map(({ sku }) => ({ name: sku, identifiers: [{ type: 'SKU', value: sku }] })),
      warehouse.clock.at,
    ),
  )
  const ids = await db.query<{ sku: string; id: number }>(
    `select value as sku, product_id as id from catalog.product_identifier where type = 'SKU' and value = any ($1)`,
    [walkers.map(({ sku }) => sku)],
  )
  const known = new Map(ids.map(({ sku, id }) => [sku, id]))
  return walkers.map(walker => ({ ...walker, productId: known.get(walker.sku) ?? 0 }))
}

/** Everybody's deed of this step: rows into three files, documents one by one at the same time as the rooms run. */
async function doStep(walkers: readonly Walker[], step: number): Promise<void> {
  const counts: string[] = []
  // A file that holds counts of both kinds settles no doubt.
  const byAtp: string[] = []
  const variances: string[] = []
  const orders: string[] = []
  const documents: (() => Promise<unknown>)[] = []
  for (const walker of walkers) {
    const one = walker.deeds[step]
    if (one === undefined) continue
    const { sku } = walker
    if (one.kind === 'count') counts.push(`${one.place},SKU,${sku},${one.units},false`)
    else if (one.kind === 'atp') byAtp.push(`${one.place},SKU,${sku},${one.units},true`)
    else if (one.kind === 'variance') variances.push(`${one.place},SKU,${sku},${one.units}`)
    else if (one.kind === 'told again') orders.push(...walker.told.slice(-2))
    else if (isWord(one)) {
      const row = rowOf(walker, one, step)
      orders.push(row)
      if (one.kind !== 'ordered') walker.told.push(row)
    } else documents.push(() => document(walker, one))
  }
  const files = [
    drop('counts', 'facilityId,idType,idValue,availableQty,resetByAtp', counts),
    drop('atp', 'facilityId,idType,idValue,availableQty,resetByAtp', byAtp),
    drop('variances', 'facilityId,idType,idValue,availableDelta', variances),
    drop('orders', ORDER_HEADER, orders),
  ]
  await Promise.all([...files, ...documents.map(book => book())])
  const steps = warehouse.house.steps
  // Several processes look at once: none of them does the other's work again.
  for (const room of ['feed', ...Array<'import'>(4).fill('import')] as const) await steps[room]()
  await Promise.all([steps.inventory(), steps.orders(), steps.availability(), steps.inventory(), steps.orders(), steps.availability()])
  await rest()
}

/** The rooms until none of them finds work; files are put away at the end. */
async function rest(): Promise<void> {
  const { steps } = warehouse.house
  for (let isBusy = true; isBusy; ) {
    isBusy = false
    for (const room of ['feed', 'import', 'orders', 'inventory', 'availability'] as const) {
      const report = await steps[room]()
      isBusy ||= report.wrote > 0 || report.more
    }
  }
}

const ORDER_HEADER = 'orderId,orderItemSeqId,status,facilityId,idValue,quantity,eventId,eventDate,channel,reason,restock'

async function drop(feed: string, header: string, rows: readonly string[]): Promise<void> {
  if (rows.length > 0) await warehouse.drop(feed, `${[header, ...rows].join('\n')}\n`)
}

type Word = Extract<Deed, { order: number }>

function isWord(one: Deed): one is Word {
  return 'order' in one
}

function rowOf({ sku, productId }: Walker, word: Word, step: number): string {
  const where = word.kind === 'cancelled' ? '' : (word.place ?? (word.kind === 'ordered' && word.isPreorder ? 'PRE_ORDER_PARKING' : '_NA_'))
  const reason = word.kind === 'rejected' ? (word.isThere ? 'NO_VARIANCE_LOG' : 'NOT_IN_STOCK') : ''
  const restock = word.kind === 'returned' ? (word.isRestocked ? 'Y' : 'N') : ''
  const at = new Date(warehouse.clock.at).toISOString()
  return `O${productId}-${word.order},1,${word.kind},${where},${sku},${word.units},E${productId}-${step},${at},ONLINE,${reason},${restock}`
}

type ByHand = Extract<Deed, { kind: 'counted by hand' | 'correction' | 'receipt' | 'transfer' | 'taken at once' | 'taken back' }>

const FACILITY_ID: Record<Place, number> = { NYC: 1, BOS: 2 }

async function document({ productId }: Walker, one: ByHand): Promise<void> {
  const { db } = warehouse.house
  const now = warehouse.clock.at
  const line = (at: Place, moved: number, effect: LedgerLine['effect'] = 'add'): LedgerLine => ({
    ...{ facilityId: FACILITY_ID[at], productId, bin: null, effect, units: moved, reason: 'VAR_MANUAL' },
  })
  const booked = (kind: 'variance' | 'count' | 'transfer' | 'receipt', ...lines: LedgerLine[]) =>
    db.transaction(tx => book(tx, { kind, lines, who: 'walker', effectiveAt: now, now }))
  // A refusal is what the model expects where there is not enough.
  const unlessShort = (deed: Promise<unknown>) =>
    deed.catch(error => {
      if (error.code !== 'INVENTORY_RESULT_NEGATIVE') throw error
    })
  const tried = (kind: 'variance' | 'transfer', ...lines: LedgerLine[]) => unlessShort(booked(kind, ...lines))
  switch (one.kind) {
    case 'counted by hand':
      await booked('count', line(one.place, one.units, 'count'))
      return
    case 'correction':
      await tried('variance', line(one.place, one.units))
      return
    case 'receipt':
      if (one.stepsLater === 0) await booked('receipt', line(one.place, one.units))
      else await later(one.place, one.units, one.stepsLater)
      return
    case 'transfer':
      await tried('transfer', line(one.from, -one.units), line(one.from === 'NYC' ? 'BOS' : 'NYC', one.units))
      return
    case 'taken at once':
      await Promise.all(Array.from({ length: one.takers }, () => tried('variance', line(one.place, -1))))
      return
    case 'taken back': {
      const { documentId } = await booked('receipt', line(one.place, one.units))
      await unlessShort(db.transaction(tx => reverse(tx, { documentId, who: 'walker', comment: 'by mistake', now })))
    }
  }

  async function later(at: Place, moved: number, stepsLater: number): Promise<void> {
    const dueAt = now + stepsLater * STEP_MS - STEP_MS / 2
    const change = {
      kind: 'restock' as const,
      ...line(at, moved),
      reason: 'VAR_SCH_SHIP_RECV',
      reference: null,
      comment: null,
      dueAt,
      who: 'walker',
    }
    await db.transaction(tx => schedule(tx, { key: null, askedSha256: '', lines: [change] }, now))
  }
}

type Seen = { productId: number; facility: string; onHand: number; reserved: number; isKnown: boolean }

async function compare(walkers: readonly Walker[], at: { seed: number; step: number }): Promise<void> {
  const { db } = warehouse.house
  const ids = walkers.map(walker => walker.productId)
  const positions = await db.query<Seen>(
    `select product_id as "productId", f.code as facility, on_hand_units as "onHand", reserved_units as reserved, counted_at is not null as "isKnown"
       from inventory.position join catalog.facility f using (facility_id) where product_id = any ($1)`,
    [ids],
  )
  const queued = await db.query<{ productId: number; units: number }>(
    'select product_id as "productId", units from inventory.queued where product_id = any ($1)',
    [ids],
  )
  const promises = await db.query<{ productId: number; location: string; said: string }>(
    `select product_id as "productId", l.name as location, sellable_units || '/' || deficit_units as said
       from availability.target join catalog.location l using (location_id) where product_id = any ($1)`,
    [ids],
  )
  const position = new Map(positions.map(one => [`${one.productId} ${one.facility}`, one]))
  const waiting = new Map(queued.map(one => [one.productId, one.units]))
  const said = new Map(promises.map(one => [`${one.productId} ${one.location}`, one.said]))
  for (const { sku, productId, model, deeds } of walkers) {
    const seen = (facility: string) => position.get(`${productId} ${facility}`)
    const promise = (location: string) => said.get(`${productId} ${location}`) ?? 'unknown'
    const found = {
      ...Object.fromEntries(PLACES.map(one => [one, textOf(seen(one))])),
      queued: waiting.get(productId) ?? 0,
      promised: { NYC: promise('NYC'), BOS: promise('BOS'), online: promise('online') },
    }
    const expected = {
      ...Object.fromEntries(
        PLACES.map(one => [one, `${model.units[one]} on hand, ${model.reserved(one)} reserved${model.isKnown[one] ? '' : ', unknown'}`]),
      ),
      ...{ queued: model.queued(), promised: model.promised() },
    }
    expect(found, `seed ${at.seed}, ${sku}, after step ${at.step}: ${JSON.stringify(deeds.slice(0, at.step + 1))}`).toEqual(expected)
  }
}

function textOf(one: Seen | undefined): string {
  return one === undefined
    ? '0 on hand, 0 reserved, unknown'
    : `${one.onHand} on hand, ${one.reserved} reserved${one.isKnown ? '' : ', unknown'}`
}

async function openShop(): Promise<void> {
  const { db } = warehouse.house
  const shopId = await catalog.addShop(db, {
    code: 's',
    name: 'S',
    apiUrl: 'http://127.0.0.1:9',
    apiVersion: '2026-10',
    accessScope: 'read_only',
    tokenSealed: null,
  })
  await db.query('update catalog.shop set is_enabled = false')
  await db.transaction(async tx => {
    const locations = ['NYC', 'BOS', 'online'].map(name => ({ locationGid: name, name, isActive: true, isFulfillmentService: false }))
    await recordLocations(tx, shopId, locations, warehouse.clock.at)
    await catalog.mapLocation(tx, { shopId, locationId: 1, facilityId: 1, groupId: null })
    await catalog.mapLocation(tx, { shopId, locationId: 2, facilityId: 2, groupId: null })
    await catalog.mapLocation(tx, { shopId, locationId: 3, facilityId: null, groupId: 1 })
  })
}
