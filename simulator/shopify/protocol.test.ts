import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { document, item, type Json, levelOf, openTestShop, place, row, setCall, type TestShop } from './testing.ts'

let shop: TestShop
beforeAll(async () => {
  shop = await openTestShop({ accessTokens: ['token'] })
})
afterAll(() => shop.close())

describe('rule 1: a call is parsed and validated against the published schema; coercion errors are INVALID_VARIABLE with problems', () => {
  const invalid: [title: string, query: string, code: string, message: string][] = [
    ['a field that does not exist', '{ shop { nope } }', 'undefinedField', "Field 'nope' doesn't exist on type 'Shop'"],
    [
      'an argument that does not exist',
      '{ locations(first: 1, nope: 1) { nodes { id } } }',
      'argumentNotAccepted',
      "Field 'locations' doesn't accept argument 'nope'",
    ],
    ['a missing argument', '{ order { id } }', 'missingRequiredArguments', "Field 'order' is missing required arguments: id"],
    ['text that is no document', '{ shop {', 'syntaxError', 'Syntax Error: Expected Name, found <EOF>.'],
    ['a variable that is not declared', '{ order(id: $id) { id } }', 'variableNotDefined', 'Variable "$id" is not defined.'],
  ]
  test.each(invalid)('%s is refused, without data', async (_title, query, code, message) => {
    const { status, json } = await shop.post(query)
    expect(status).toBe(200)
    expect(json.errors[0]).toMatchObject({ message, extensions: { code } })
    expect(json).not.toHaveProperty('data')
  })

  const quantities = (row: object): object => ({
    input: { name: 'available', reason: 'correction', quantities: [row] },
    idempotencyKey: 'k',
  })
  const whole = { inventoryItemId: item(11), locationId: place(1), quantity: 1, changeFromQuantity: null }
  const problems: [title: string, variables: object, problem: Json][] = [
    [
      'a quantity that is text',
      quantities({ ...whole, quantity: 'many' }),
      { path: ['quantities', 0, 'quantity'], explanation: 'Could not coerce value "many" to Int' },
    ],
    [
      'a quantity that is not whole',
      quantities({ ...whole, quantity: 1.5 }),
      { path: ['quantities', 0, 'quantity'], explanation: 'Could not coerce value 1.5 to Int' },
    ],
    [
      'a missing location',
      quantities({ ...whole, locationId: undefined }),
      { path: ['quantities', 0, 'locationId'], explanation: 'Expected value to not be null' },
    ],
    [
      'the field of an older version',
      quantities({ ...whole, compareQuantity: 3 }),
      { path: ['quantities', 0, 'compareQuantity'], explanation: 'Field is not defined on InventoryQuantityInput' },
    ],
    ['no input at all', { idempotencyKey: 'k' }, { path: [], explanation: 'Expected value to not be null' }],
  ]
  test.each(problems)('%s is told with its path', async (_title, variables, problem) => {
    const { errors } = await shop.graphql(document('10_set_quantities'), variables)
    expect(errors).toHaveLength(1)
    expect(errors[0].extensions).toMatchObject({ code: 'INVALID_VARIABLE', problems: [problem] })
    expect(errors[0].message).toMatch(/^Variable \$input of type InventorySetQuantitiesInput! was provided invalid value/)
  })

  test('what is in the schema but not simulated is refused before anything of the call happens', async () => {
    const query = document('10_set_quantities').replace('createdAt', 'staffMember { id }')
    const answer = await shop.graphql(query, setCall([{ ...whole, quantity: 99 }])[1])
    expect(answer.errors[0]).toMatchObject({
      message: 'InventoryAdjustmentGroup.staffMember is not simulated.',
      extensions: { code: 'NOT_SIMULATED' },
    })
    const { levels } = await shop.control('GET', 'state')
    expect(levels[0].available).toBe(10)
  })
})

describe('rule 3: an array of more than 250 elements is an error', () => {
  const rows = (count: number): Json[] =>
    Array.from({ length: count }, (_, at) => ({
      inventoryItemId: item(1_000 + at),
      locationId: place(1),
      quantity: 1,
      changeFromQuantity: null,
    }))
  const tooLong = 'The input array size of 251 is greater than the maximum allowed of 250.'

  test('251 rows are refused with the path of the array', async () => {
    const { errors, data } = await shop.graphql(...setCall(rows(251)))
    expect(errors).toEqual([
      expect.objectContaining({
        message: tooLong,
        path: ['inventorySetQuantities', 'input', 'quantities'],
        extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' },
      }),
    ])
    expect(data).toBeUndefined()
  })

  test('250 rows are looked at', async () => {
    const { data } = await shop.graphql(...setCall(rows(250)))
    expect(data.inventorySetQuantities.userErrors).toHaveLength(250)
  })

  test('251 ids are refused too', async () => {
    const ids = Array.from({ length: 251 }, (_, at) => item(at))
    const { errors } = await shop.graphql('query($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })
    expect(errors[0]).toMatchObject({ message: tooLong, path: ['nodes', 'ids'] })
  })
})

describe('the way in', () => {
  test('every answer carries the clock of the shop in whole seconds, a request id and the version', async () => {
    shop.clock.now += 999
    const { headers } = await shop.post('{ shop { id } }')
    expect(headers.get('date')).toBe('Tue, 24 Nov 2026 12:00:00 GMT')
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/)
    expect(headers.get('x-shopify-api-version')).toBe('2026-10')
  })

  const doors: [title: string, path: string, init: RequestInit, status: number][] = [
    [
      'a wrong token',
      '/admin/api/2026-10/graphql.json',
      { method: 'POST', headers: { 'X-Shopify-Access-Token': 'other' }, body: '{}' },
      401,
    ],
    ['no token', '/admin/api/2026-10/graphql.json', { method: 'POST', body: '{}' }, 401],
    ['a version it has no schema of', '/admin/api/2027-01/graphql.json', { method: 'POST', body: '{}' }, 404],
    [
      'a body that is not JSON',
      '/admin/api/2026-10/graphql.json',
      { method: 'POST', headers: { 'X-Shopify-Access-Token': 'token' }, body: '<x>' },
      400,
    ],
    ['a path that is not there', '/admin/products.json', {}, 404],
  ]
  test.each(doors)('%s', async (_title, path, init, status) => {
    expect((await fetch(shop.url + path, init)).status).toBe(status)
  })
})

describe('versions', () => {
  const ask = async (version: string, query: string, variables: object = {}): Promise<{ served: string | null; json: Json }> => {
    const { json, headers } = await shop.ask('POST', `/admin/api/${version}/graphql.json`, { query, variables })
    return { served: headers.get('x-shopify-api-version'), json }
  }

  const served: [asked: string, served: string][] = [
    ['2026-04', '2026-04'],
    ['2026-07', '2026-07'],
    ['2026-10', '2026-10'],
    ['2025-01', '2026-04'],
  ]
  test.each(served)('a call for %s is answered as %s', async (asked, version) => {
    const { served, json } = await ask(asked, document('01_app_access_scopes'))
    expect([served, json.data.shop.myshopifyDomain]).toEqual([version, 'small.myshopify.com'])
  })

  const unstocked: [version: string, codes: string[]][] = [
    ['2026-04', ['ITEM_NOT_STOCKED_AT_LOCATION']],
    ['2026-07', ['ITEM_NOT_STOCKED_AT_LOCATION']],
    ['2026-10', []],
  ]
  test.each(unstocked)('rule 9: on %s a write to a pair that was never stocked says %j', async (version, codes) => {
    const { json } = await ask(version, ...setCall([row(12, 2, 3, null)]))
    expect(json.data.inventorySetQuantities.userErrors.map((each: Json) => each.code)).toEqual(codes)
    if (codes.length > 0) return
    expect(await levelOf(shop, 12, 2)).toMatchObject({ active: false, available: 3 })
  })
})
