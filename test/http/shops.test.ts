import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { catalogChanged } from '../../src/catalog/store.ts'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { openTestGate, PASSWORD, type TestGate } from './gate.ts'

/* Connecting a shop by hand: what is taken, what is refused with which code, and where the token never shows. */

const TOKEN = 'shpat_never_to_be_seen'

let house: TestGate
beforeAll(async () => {
  house = await openTestGate({ errorsDir: path.resolve(import.meta.dirname, '../../docs/errors') })
  await house.database.db.query(`insert into catalog.shop (code, name, api_url) values ('empty', 'Empty', 'https://empty.example')`)
  await house.database.db.query(
    `insert into catalog.location (shop_id, location_gid, name, is_active, seen_at)
     select shop_id, 'gid://shopify/Location/' || given.n, given.title, true, $1
       from catalog.shop s, (values (901, 'tool crib'), (902, 'Elsewhere')) as given (n, title) where s.code = 'empty'`,
    [new Date(0)],
  )
})
afterAll(() => house.close())

type Method = 'GET' | 'POST' | 'PUT'
const ask = (method: Method, url: string, payload?: object) =>
  house.gate.app.inject({
    ...{ method, url: `/api/v1${url}`, headers: { authorization: `Bearer ${house.cliToken}` } },
    ...(payload ? { payload } : {}),
  })
const locations = async () => (await ask('GET', '/shops/empty/locations')).json().rows as Record<string, unknown>[]
const idOf = async (name: string) => Number((await locations()).find(location => location.name === name)?.locationId)

test('a shop is connected read only unless more is asked for; its token is kept sealed and answered nowhere', async () => {
  const answer = await ask('POST', '/shops', { code: 'corner', url: 'https://corner.myshopify.com/', token: TOKEN })
  expect([answer.statusCode, answer.json()]).toEqual([
    201,
    { isShadow: false, code: 'corner', name: 'corner', apiUrl: 'https://corner.myshopify.com', accessScope: 'read_only' },
  ])
  const [kept] = await house.database.db.query<{ token: string }>(`select token_sealed as token from catalog.shop where code = 'corner'`)
  expect(kept?.token).toMatch(/^[0-9a-f]{64}$/)
  expect((await ask('GET', '/shops')).body).not.toContain(TOKEN)
  expect(house.done.jobs).toContain('catalog')
})

test('a connected shop that is given another token keeps its name and its access', async () => {
  await ask('POST', '/shops', { code: 'named', name: 'Named', url: 'https://named.example', token: TOKEN, accessScope: 'SHOP_NO_ACCESS' })
  const answer = await ask('POST', '/shops', { code: 'named', url: 'https://named.example', token: `${TOKEN}2` })
  expect(answer.json()).toMatchObject({ name: 'Named', accessScope: 'no_access' })
})

test.each<[says: string, body: object]>([
  ['an address in the clear', { code: 'a', url: 'http://corner.myshopify.com', token: TOKEN }],
  ['an address that only begins like this machine', { code: 'a', url: 'http://localhost.example', token: TOKEN }],
  ['no address', { code: 'a', url: 'corner', token: TOKEN }],
  ['a token with a line end', { code: 'a', url: 'https://a.example', token: `${TOKEN}\n` }],
  ['no token', { code: 'a', url: 'https://a.example', token: '' }],
  ['an unknown access', { code: 'a', url: 'https://a.example', token: TOKEN, accessScope: 'all' }],
  ['a code that is no code', { code: 'a/b', url: 'https://a.example', token: TOKEN }],
])('%s is refused, and the token is not repeated', async (_, body) => {
  const answer = await ask('POST', '/shops', body)
  expect(answer.json()).toMatchObject({ status: 400, code: 'HTTP_REQUEST_INVALID' })
  expect(answer.body).not.toContain(TOKEN)
})

test('a location is proposed the facility of its name, until it is mapped', async () => {
  expect((await locations()).map(location => [location.name, location.facility, location.proposedFacility])).toEqual([
    ['Elsewhere', null, null],
    ['tool crib', null, '1'],
  ])
  const mapped = await ask('PUT', `/shops/empty/locations/${await idOf('tool crib')}/mapping`, { facility: '1' })
  expect(mapped.json()).toMatchObject({ shop: 'empty', facility: '1', group: null })
  expect(house.done.jobs).toContain('mapping')
  expect((await locations()).map(location => [location.name, location.facility, location.proposedFacility])).toEqual([
    ['Elsewhere', null, null],
    ['tool crib', '1', null],
  ])
})

test('mapping while an import links products waits for it, and neither is thrown out', async () => {
  const { db } = house.database
  const id = await idOf('tool crib')
  let mapped: Promise<{ statusCode: number }> | undefined
  await db.transaction(async tx => {
    await catalogChanged(tx)
    mapped = ask('PUT', `/shops/empty/locations/${id}/mapping`, { facility: '1' }).then(answer => answer)
    await new Promise(done => setTimeout(done, 300))
    await tx.query(
      `insert into catalog.link_finding (shop_id, code, sku, detail, found_at) select shop_id, 'CATALOG_ITEM_NO_SKU', '', '', $1 from catalog.shop where code = 'empty'`,
      [new Date(0)],
    )
  })
  expect((await mapped)?.statusCode).toBe(200)
})

test.each<[says: string, method: Method, url: string, body: object | undefined, status: number, code: string]>([
  ['an unknown shop', 'GET', '/shops/nobody/locations', undefined, 404, 'SHOP_NOT_FOUND'],
  ['a location of an unknown shop', 'PUT', '/shops/nobody/locations/1/mapping', { facility: '1' }, 404, 'SHOP_NOT_FOUND'],
  ['an unknown location', 'PUT', '/shops/empty/locations/99/mapping', { facility: '1' }, 404, 'CATALOG_LOCATION_NOT_FOUND'],
  ["another shop's location", 'PUT', '/shops/empty/locations/1/mapping', { facility: '1' }, 404, 'CATALOG_LOCATION_NOT_FOUND'],
  ['an unknown facility', 'PUT', '/shops/empty/locations/:Elsewhere/mapping', { facility: 'X' }, 404, 'CATALOG_FACILITY_NOT_FOUND'],
  ['an unknown group', 'PUT', '/shops/empty/locations/:Elsewhere/mapping', { group: 'X' }, 404, 'CATALOG_GROUP_NOT_FOUND'],
  [
    'a facility that is mapped already',
    'PUT',
    '/shops/empty/locations/:Elsewhere/mapping',
    { facility: '1' },
    409,
    'CATALOG_ALREADY_MAPPED',
  ],
  ['both at once', 'PUT', '/shops/empty/locations/:Elsewhere/mapping', { facility: '6', group: 'ONLINE' }, 400, 'HTTP_REQUEST_INVALID'],
  ['neither', 'PUT', '/shops/empty/locations/:Elsewhere/mapping', {}, 400, 'HTTP_REQUEST_INVALID'],
  ['a group of an unknown facility', 'POST', '/groups', { code: 'NEW', facilities: ['1', 'X'] }, 404, 'CATALOG_FACILITY_NOT_FOUND'],
])('%s', async (_, method, url, body, status, code) => {
  const answer = await ask(method, url.replace(':Elsewhere', String(await idOf('Elsewhere'))), body)
  expect(answer.json()).toMatchObject({ status, code })
  if (code !== 'HTTP_REQUEST_INVALID') expect((await ask('GET', `/help/${code}`)).statusCode).toBe(200)
})

test('nothing of a refused group is left', async () => {
  expect(await house.database.db.query(`select 1 from catalog.facility_group where code = 'NEW'`)).toEqual([])
})

test('a group is made, grows, and stands for a location', async () => {
  expect((await ask('POST', '/groups', { code: 'WEB', facilities: ['6'] })).json()).toEqual({ code: 'WEB', name: 'WEB', facilities: ['6'] })
  expect((await ask('POST', '/groups', { code: 'WEB', facilities: ['1'] })).json()).toMatchObject({ facilities: ['1', '6'] })
  const mapped = await ask('PUT', `/shops/empty/locations/${await idOf('Elsewhere')}/mapping`, { group: 'WEB' })
  expect(mapped.json()).toMatchObject({ facility: null, group: 'WEB' })
})

test.each<[method: Method, url: string, body: object]>([
  ['POST', '/shops', { code: 'corner', url: 'https://a.example', token: TOKEN }],
  ['PUT', '/shops/empty/locations/1/mapping', { facility: '1' }],
  ['POST', '/groups', { code: 'WEB', facilities: ['1'] }],
])('%s %s takes an admin', async (method, url, payload) => {
  const cookie = await house.signIn('operator', PASSWORD)
  const answer = await house.gate.app.inject({ method, url: `/api/v1${url}`, headers: { cookie, [CONSOLE_HEADER]: '1' }, payload })
  expect(answer.json()).toMatchObject({ status: 403, code: 'HTTP_ROLE_MISSING' })
})
