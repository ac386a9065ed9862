import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { step } from '../../src/availability/step.ts'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { openTestGate, type TestGate } from './gate.ts'

let house: TestGate
beforeAll(async () => {
  house = await openTestGate()
})
afterAll(() => house.close())
beforeEach(() => void house.done.jobs.splice(0))

const as = () => ({ authorization: `Bearer ${house.cliToken}` })
const get = async (url: string) => (await house.gate.app.inject({ url: `/api/v1${url}`, headers: as() })).json()
const put = async (url: string, payload: object) => house.gate.app.inject({ method: 'PUT', url: `/api/v1${url}`, headers: as(), payload })
/** What each location promises of a SKU, when the promises have followed. */
const promised = async (sku: string) => {
  await step({ db: house.database.db, clock: house.clock })
  const { targets } = await get(`/stock/${encodeURIComponent(sku)}`)
  return Object.fromEntries(
    targets.map((one: { target: { location: string }; storedUnits: number }) => [one.target.location, one.storedUnits]),
  )
}
const deeds = () => house.database.db.query<{ action: string; reason: string }>('select action, reason from audit.entry order by seq')

test('a facility is switched off: what lies there is promised online no more, and is again when it is switched on', async () => {
  expect(await promised('AR-5381')).toMatchObject({ Online: 31 })
  const off = await put('/facilities/6/switches', { allowBrokering: false, reason: 'stocktaking' })
  expect(off.json()).toMatchObject({ code: '6', allowBrokering: false, allowPickup: true, groups: ['ONLINE'], locations: [] })
  expect(house.done.jobs).toContain('mapping')
  expect(await promised('AR-5381')).toMatchObject({ Online: 19 })
  await put('/facilities/6/switches', { allowBrokering: true, reason: 'done' })
  expect(await promised('AR-5381')).toMatchObject({ Online: 31 })
  expect((await deeds()).map(deed => `${deed.action}: ${deed.reason}`)).toEqual(['facility.switch: stocktaking', 'facility.switch: done'])
})

test('a channel is switched off and on', async () => {
  await put('/groups/ONLINE/switches', { isSelling: false, reason: 'shop is closed' })
  expect(await promised('BA/8327')).toEqual({ 'Tool Crib': 408, Online: 0 })
  expect((await put('/groups/ONLINE/switches', { isSelling: true, reason: 'open' })).json()).toMatchObject({
    isSelling: true,
    holdPreorder: false,
    facilities: ['1', '6'],
    locations: ['Online'],
  })
  expect(await promised('BA/8327')).toEqual({ 'Tool Crib': 408, Online: 408 })
})

test('a kit is as many as its scarcest part, and a product of its own again when it is dissolved', async () => {
  const components = [
    { sku: 'AR-5381', units: 2 },
    { sku: 'BA/8327', units: 1 },
  ]
  const made = await put('/kits/BE-2349', { components, reason: 'a set' })
  expect(made.json()).toMatchObject({ sku: 'BE-2349', components: [{ sku: 'AR-5381', units: 2 }, { sku: 'BA/8327' }] })
  // 30 on hand, 4 reserved and 2 kept back are 24, and two of them go into one kit.
  expect(await promised('BE-2349')).toMatchObject({ 'Tool Crib': 12 })
  expect(await get('/kits?search=bearing')).toMatchObject({ total: 1, rows: [{ sku: 'BE-2349' }] })
  expect((await get('/kits?search=nothing')).rows).toEqual([])
  await put('/kits/BE-2349', { components: [], reason: 'sold out' })
  expect(await promised('BE-2349')).toMatchObject({ 'Tool Crib': 0 })
  expect((await get('/kits')).rows).toEqual([])
})

test.each([
  ['itself', [{ sku: 'BE-2349', units: 1 }], 'CATALOG_KIT_REFUSED'],
  [
    'a part twice',
    [
      { sku: 'AR-5381', units: 1 },
      { sku: 'AR-5381', units: 2 },
    ],
    'CATALOG_KIT_REFUSED',
  ],
  ['a part that nobody knows', [{ sku: 'XX', units: 1 }], 'CATALOG_SKU_NOT_FOUND'],
  ['no units', [{ sku: 'AR-5381', units: 0 }], 'HTTP_REQUEST_INVALID'],
])('a kit of %s is refused, and nothing of it is kept', async (_said, components, code) => {
  expect((await put('/kits/BE-2349', { components, reason: 'by mistake' })).json()).toMatchObject({ code })
  expect((await get('/kits')).rows).toEqual([])
})

test('a kit of kits is refused', async () => {
  await put('/kits/BE-2349', { components: [{ sku: 'AR-5381', units: 1 }], reason: 'a set' })
  for (const [sku, part] of [
    ['BA/8327', 'BE-2349'],
    ['AR-5381', 'BA/8327'],
  ] as const) {
    const refused = await put(`/kits/${encodeURIComponent(sku)}`, { components: [{ sku: part, units: 1 }], reason: 'more' })
    expect(refused.json()).toMatchObject({ code: 'CATALOG_KIT_REFUSED' })
  }
  await put('/kits/BE-2349', { components: [], reason: 'over' })
})

test('safety stock and threshold of one product are said, and taken back', async () => {
  const said = await put('/stock/AR-5381/settings', { facility: '6', safetyStockUnits: 10, reason: 'few left' })
  expect(said.json().facilities).toContainEqual({ facility: '6', safetyStockUnits: 10, allowBrokering: null, allowPickup: null })
  expect(await promised('AR-5381')).toMatchObject({ Online: 21 })
  await put('/stock/AR-5381/settings', { channel: 'ONLINE', thresholdUnits: 6, reason: 'one more' })
  expect(await promised('AR-5381')).toMatchObject({ Online: 20 })
  await put('/stock/AR-5381/settings', { facility: '6', safetyStockUnits: null, reason: 'came' })
  await put('/stock/AR-5381/settings', { channel: 'ONLINE', thresholdUnits: 5, reason: 'as before' })
  expect(await promised('AR-5381')).toMatchObject({ Online: 31 })
})

test.each([
  [{ facility: '6', thresholdUnits: 1, reason: 'x' }, 'HTTP_REQUEST_INVALID'],
  [{ facility: '6', channel: 'ONLINE', reason: 'x' }, 'HTTP_REQUEST_INVALID'],
  [{ facility: 'nowhere', safetyStockUnits: 1, reason: 'x' }, 'CATALOG_FACILITY_NOT_FOUND'],
  [{ channel: 'nowhere', thresholdUnits: 1, reason: 'x' }, 'CATALOG_GROUP_NOT_FOUND'],
  [{ facility: '6', safetyStockUnits: 1 }, 'HTTP_REQUEST_INVALID'],
])('%j is refused: %s', async (body, code) => {
  expect((await put('/stock/AR-5381/settings', body)).json()).toMatchObject({ code })
})

test('who may only look switches nothing', async () => {
  const cookie = await house.signIn('viewer', 'a good long password')
  for (const [url, payload] of [
    ['/facilities/6/switches', { allowPickup: false, reason: 'x' }],
    ['/kits/BE-2349', { components: [], reason: 'x' }],
    ['/stock/AR-5381/settings', { facility: '6', allowPickup: false, reason: 'x' }],
  ] as const) {
    const answer = await house.gate.app.inject({ method: 'PUT', url: `/api/v1${url}`, headers: { cookie, [CONSOLE_HEADER]: '1' }, payload })
    expect(answer.json()).toMatchObject({ status: 403, code: 'HTTP_ROLE_MISSING' })
  }
})

const post = async (url: string, payload: object) => house.gate.app.inject({ method: 'POST', url: `/api/v1${url}`, headers: as(), payload })

test('a facility closes: what shops show of it alone is asked about first, and its groups sell it no more', async () => {
  expect(await get('/facilities/1/closing')).toMatchObject({
    ...{ facility: '1', closed: null, groups: [{ group: 'ONLINE', locations: ['demo / Online'] }], units: 434 },
    locations: [{ shop: 'demo', location: 'Tool Crib', levels: 2, units: 432 }],
  })
  const refused = await post('/facilities/1/close', { reason: 'for good' })
  expect(refused.json()).toMatchObject({ status: 409, code: 'CHANNEL_LEAVING_NOT_SAID', facts: { levels: 2, locations: 1 } })
  const closed = await post('/facilities/1/close', { becomes: 'keep', reason: 'for good' })
  expect(closed.json()).toMatchObject({ closed: { reason: 'for good' }, locations: [] })
  expect(house.done.jobs).toEqual(expect.arrayContaining(['mapping', 'channel']))
  expect(await promised('AR-5381')).toEqual({ Online: 7 })
  expect((await get('/facilities?search=Crib')).rows).toMatchObject([{ code: '1', closed: { reason: 'for good' } }])
  expect((await post('/facilities/1/close', { becomes: 'keep', reason: 'once more' })).json().code).toBe('CATALOG_FACILITY_CLOSED')
  expect((await put('/shops/demo/locations/1/mapping', { facility: '1' })).json().code).toBe('CATALOG_FACILITY_CLOSED')
})

test('it is opened again: its groups sell it at once, and its own location is mapped anew', async () => {
  expect((await post('/facilities/1/open', { reason: 'it was a mistake' })).json()).toMatchObject({ closed: null })
  expect(await promised('AR-5381')).toMatchObject({ Online: 31 })
  expect((await put('/shops/demo/locations/1/mapping', { facility: '1' })).statusCode).toBe(200)
  expect((await deeds()).slice(-3).map(deed => deed.action)).toEqual(['facility.close', 'facility.open', 'shop.map'])
})

test('a location that stands for something is moved, never just mapped: what it shows is asked about first', async () => {
  const at = '/shops/demo/locations/1'
  expect((await put(`${at}/mapping`, { facility: '6' })).json()).toMatchObject({ status: 409, code: 'CATALOG_MAPPING_STANDS' })
  expect((await post(`${at}/move`, { facility: '6', reason: 'rebuilt' })).json()).toMatchObject({
    ...{ status: 409, code: 'CHANNEL_LEAVING_NOT_SAID' },
    facts: { levels: 2 },
  })
  const moved = await post(`${at}/move`, { facility: '6', becomes: 'keep', reason: 'rebuilt' })
  // The other facility never counted the second product: what the shop shows of it stays.
  expect(moved.json().rows).toMatchObject([{ kind: 'kept', locationId: 1, levelsLeft: 1, reason: 'rebuilt' }])
  expect((await get('/controls')).rows).toMatchObject([{ kind: 'pause', sku: 'BA/8327', location: 'Tool Crib', reason: 'rebuilt' }])
  const back = await post(`${at}/move`, { facility: '1', becomes: 'zero', reason: 'no, it stays' })
  expect(back.json().rows).toMatchObject([{ kind: 'location', movesTo: '1' }])
  expect((await post(`${at}/move`, { group: 'ONLINE', becomes: 'zero', reason: 'or not' })).json().code).toBe('CATALOG_ALREADY_MAPPED')
  expect((await post('/facilities/1/close', { becomes: 'keep', reason: 'for good' })).json().code).toBe('CHANNEL_LEAVING_UNDER_WAY')
  expect((await deeds()).slice(-2)).toEqual([
    { action: 'location.move', reason: 'rebuilt' },
    { action: 'location.move', reason: 'no, it stays' },
  ])
})
