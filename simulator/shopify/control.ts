/*
 * The other side of the curtain: what a test or a demo may see and do that no app can. JSON over HTTP, under
 * `/_simulator/`. Nothing here costs points or shows up in the journal.
 */

import { type AdversaryOptions, startAdversary } from './adversary.ts'
import type { Simulated } from './answer.ts'
import { instant } from './call.ts'
import { CATALOGUE_ACTS } from './control-catalogue.ts'
import { CUSTOMER_ACTS } from './control-orders.ts'
import { levelView, orderView } from './control-views.ts'
import { turnDials } from './dials.ts'
import { gid, numberOf } from './ids.ts'
import type { Journal } from './journal.ts'
import { OrderRefused } from './orders.ts'
import { levelOf, placeOf } from './shop.ts'
import { move } from './stock.ts'

export const CONTROL_PATH = '/_simulator/'

export type Control = (method: string, url: URL, text: string) => Promise<{ status: number; body: unknown }>

export type Backstage = {
  simulated: Simulated
  journal: Journal
  /** The shop's clock. */
  now: () => number
  /** The world's clock. */
  worldNow: () => number
  /** Everything that is due has happened, and its webhooks are answered. */
  settled: () => Promise<void>
  /** Null: this clock goes by itself. */
  advance: ((ms: number) => void) | null
}
export type Act = (backstage: Backstage, body: Record<string, unknown>, url: URL, id: string) => unknown
export type Acts = readonly [method: string, path: RegExp, act: Act][]

export function control(backstage: Backstage): Control {
  return async (method, url, text) => {
    const path = decodeURIComponent(url.pathname.slice(CONTROL_PATH.length))
    for (const [wanted, pattern, act] of ACTS) {
      const found = wanted === method ? pattern.exec(path) : null
      if (found === null) continue
      try {
        const body = await act(backstage, (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>, url, found[1] ?? '')
        backstage.simulated.shop.tables.flush()
        return { status: 200, body }
      } catch (error) {
        return { status: error instanceof OrderRefused ? 409 : 400, body: { error: (error as Error).message } }
      }
    }
    return { status: 404, body: { error: `There is no ${method} ${url.pathname}.` } }
  }
}

const ACTS: Acts = [
  ['GET', /^state$/, state],
  ['GET', /^journal$/, ({ journal }, _body, url) => journal.after(Number(url.searchParams.get('after') ?? 0))],
  ['GET', /^dials$/, ({ simulated }) => simulated.dials],
  [
    'PUT',
    /^dials$/,
    ({ simulated, now }, body) => {
      const before = grantedNow(simulated)
      turnDials(simulated.dials, body)
      tellOfScopes(simulated, before, now())
      return simulated.dials
    },
  ],
  ['POST', /^uninstall$/, uninstall],
  ...CUSTOMER_ACTS,
  ...CATALOGUE_ACTS,
  ['PUT', /^levels$/, editLevels],
  ['GET', /^truth$/, ({ simulated }) => truthView(simulated)],
  ['PUT', /^truth$/, tellTruth],
  ['GET', /^clock$/, clockView],
  ['POST', /^clock$/, letTimePass],
  [
    'POST',
    /^adversary$/,
    ({ simulated, worldNow }, body) => {
      startAdversary(simulated, body as AdversaryOptions, worldNow())
      return { started: true }
    },
  ],
]

function state(backstage: Backstage): unknown {
  const { simulated, journal, now } = backstage
  const { tables, file } = simulated.shop
  const { unitsRefused, unitsRefusedInVain } = simulated.shop.world.truth.counts()
  return {
    shop: { domain: file.domain, plan: file.plan },
    now: new Date(now()).toISOString(),
    bucket: simulated.bucket.status(now()),
    counts: {
      ...journal.counts(),
      levels: tables.levels.size,
      orders: tables.orders.size,
      unitsSold: tables.total('units sold'),
      unitsOversold: tables.total('units oversold'),
      unitsRefused,
      unitsRefusedInVain,
      webhooks: simulated.webhooks.counts,
    },
    locations: [...tables.locations.values()].map(each => ({ id: gid('Location', each.id), name: each.name, active: each.active })),
    levels: [...tables.levels.values()].map(level => levelView(simulated, level)),
    orders: [...tables.orders.values()].map(order => orderView(simulated, order, now())),
  }
}

function grantedNow({ dials, shop }: Simulated): string[] {
  return [...(dials.scopes ?? shop.file.scopes)].sort()
}

function tellOfScopes(simulated: Simulated, previous: string[], at: number): void {
  const current = grantedNow(simulated)
  if (current.join() === previous.join()) return
  const payload = (): Record<string, unknown> => ({ id: 1, previous, current, updated_at: instant(at) })
  simulated.shop.tell({ topic: 'APP_SCOPES_UPDATE', at, payload })
}

/** The merchant throws the app out: its token is no good any more, and the last it hears is that. */
function uninstall({ simulated, now }: Backstage): unknown {
  const { file } = simulated.shop
  const payload = { id: 1, name: file.name ?? file.domain, myshopify_domain: file.domain, domain: file.domain }
  simulated.shop.tell({ topic: 'APP_UNINSTALLED', at: now(), payload: () => payload })
  simulated.dials.tokenRevoked = true
  return { uninstalled: true }
}

/** Somebody in the admin: the level is simply what they typed. */
function editLevels({ simulated, now }: Backstage, body: Record<string, unknown>): unknown {
  const edits = (Array.isArray(body) ? body : [body]) as {
    inventoryItemId?: string
    locationId?: string
    available?: number
    active?: boolean
  }[]
  const levels = edits.map(edit => {
    const { itemId, locationId } = pairOf(simulated, edit)
    if (edit.available !== undefined && !Number.isInteger(edit.available)) throw new Error('available has to be a whole number.')
    return { edit, level: levelOf(simulated.shop.tables, { itemId, locationId, activeIfNew: true, now: now() }) }
  })
  return levels.map(({ edit, level }) => {
    if (edit.available !== undefined) move(level, 'available', edit.available - level.quantities.available, now())
    if (edit.active !== undefined) level.active = edit.active
    level.updatedAt = now()
    simulated.shop.tables.put('levels', level)
    return levelView(simulated, level)
  })
}

type Told = {
  pools?: { name: string; addUnits: number }[]
  levels?: { inventoryItemId: string; locationId: string; draws: { pool: string; units?: number }[] }[]
}

/** What there really is: how much lies in which pool, and which level sells from it. */
function tellTruth({ simulated }: Backstage, body: Record<string, unknown>): unknown {
  const { truth } = simulated.shop.world
  const { pools = [], levels = [] } = body as Told
  for (const pool of pools) {
    if (typeof pool.name !== 'string' || !Number.isInteger(pool.addUnits)) throw new Error('A pool has a name and whole addUnits.')
  }
  const drawn = levels.map(level => {
    const { itemId, locationId } = pairOf(simulated, level)
    const draws = level.draws.map(draw => ({ pool: draw.pool, units: draw.units ?? 1 }))
    if (!draws.every(draw => typeof draw.pool === 'string' && Number.isInteger(draw.units) && draw.units > 0))
      throw new Error('A level draws whole units, at least one, of pools by name.')
    return { place: placeOf(simulated.shop, itemId, locationId), draws }
  })
  for (const pool of pools) truth.add(pool.name, pool.addUnits)
  for (const { place, draws } of drawn) truth.draw(place, draws)
  return truthView(simulated)
}

function truthView(simulated: Simulated): unknown {
  const { truth } = simulated.shop.world
  return { pools: truth.pools(), counts: truth.counts() }
}

function clockView({ now, worldNow, simulated }: Backstage): unknown {
  const next = simulated.shop.world.agenda.nextAt()
  return {
    world: new Date(worldNow()).toISOString(),
    shop: new Date(now()).toISOString(),
    nextEvent: next === null ? null : new Date(next).toISOString(),
  }
}

async function letTimePass(backstage: Backstage, body: Record<string, unknown>): Promise<unknown> {
  const { advance } = backstage
  if (advance === null) throw new Error('This clock goes by itself.')
  const { advanceMs } = body
  if (typeof advanceMs !== 'number' || !(advanceMs >= 0)) throw new Error('advanceMs has to be a number, at least 0.')
  advance(advanceMs)
  await backstage.settled()
  return clockView(backstage)
}

function pairOf(simulated: Simulated, of: { inventoryItemId?: string; locationId?: string }): { itemId: number; locationId: number } {
  const itemId = numberOf('InventoryItem', of.inventoryItemId)
  const locationId = numberOf('Location', of.locationId)
  if (itemId === null || !simulated.shop.tables.items.has(itemId)) throw new Error(`There is no item ${of.inventoryItemId}.`)
  if (locationId === null || !simulated.shop.tables.locations.has(locationId)) throw new Error(`There is no location ${of.locationId}.`)
  return { itemId, locationId }
}
