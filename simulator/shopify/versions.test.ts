import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { API_VERSIONS } from './schema.ts'
import { WEBHOOK_SECRET } from './simulator.ts'
import { document, item, type Json, levelOf, openTestShop, place, row, SMALL_SHOP, setCall, type TestShop } from './testing.ts'

/* Each of the twelve rules on each version that is served. What they say in detail is in the test beside the file that keeps the rule. */

const codesOf = (errors: Json[]): string[] => errors.map(error => error.extensions?.code ?? error.code)

describe.each(API_VERSIONS)('on %s', version => {
  let shop: TestShop
  const delivered: { topic: string | undefined; eventId: string | undefined; isSigned: boolean; body: Json }[] = []
  beforeAll(async () => {
    const deliver = async ({ headers, body }: { headers: Record<string, string>; body: string }) => {
      const isSigned = headers['X-Shopify-Hmac-Sha256'] === createHmac('sha256', WEBHOOK_SECRET).update(body).digest('base64')
      delivered.push({ topic: headers['X-Shopify-Topic'], eventId: headers['X-Shopify-Event-Id'], isSigned, body: JSON.parse(body) })
      return 200
    }
    shop = await openTestShop({ deliver }, version)
  })
  afterAll(() => shop.close())

  const set = async (...given: Parameters<typeof setCall>): Promise<Json> =>
    (await shop.graphql(...setCall(...given))).data.inventorySetQuantities
  const available = async (itemId: number): Promise<number> => (await levelOf(shop, itemId, 1)).available

  test('rule 1: validated against the schema of the version; coercion errors are INVALID_VARIABLE with problems', async () => {
    expect(codesOf((await shop.graphql('{ shop { nope } }')).errors)).toEqual(['undefinedField'])
    const { errors } = await shop.graphql(...setCall([{ ...row(11, 1, 1, null), quantity: 'many' }]))
    expect(errors[0].extensions).toMatchObject({
      code: 'INVALID_VARIABLE',
      problems: [expect.objectContaining({ path: expect.any(Array) })],
    })
  })

  test('rule 2: @idempotent and changeFromQuantity are demanded at run time', async () => {
    const [query, variables] = setCall([row(11, 1, 9, null)])
    const bare = query.replace(' @idempotent(key: $idempotencyKey)', '').replace(', $idempotencyKey: String!', '')
    const withoutKey = await shop.graphql(bare, { input: variables.input })
    expect([codesOf(withoutKey.errors), withoutKey.data]).toEqual([['BAD_REQUEST'], { inventorySetQuantities: null }])
    const { changeFromQuantity: _left, ...rest } = row(11, 1, 9, null)
    const { errors } = await shop.graphql(...setCall([rest]))
    expect(codesOf(errors)).toEqual(['INVALID_FIELD_ARGUMENTS'])
    expect(errors[0].message).toBe('InventoryQuantityInput must include the following argument: changeFromQuantity.')
  })

  test('rule 3: an array of more than 250 is an error', async () => {
    const rows = Array.from({ length: 251 }, (_, at) => row(1_000 + at, 1, 1, null))
    expect(codesOf((await shop.graphql(...setCall(rows))).errors)).toEqual(['MAX_INPUT_SIZE_EXCEEDED'])
  })

  test('rule 4: wholly or not at all, and the row is named', async () => {
    const { userErrors, inventoryAdjustmentGroup } = await set([row(11, 1, 9, null), row(13, 1, 1, null)])
    expect([userErrors[0].field.slice(0, 3), userErrors[0].code]).toEqual([['input', 'quantities', '1'], 'NON_MUTABLE_INVENTORY_ITEM'])
    expect([inventoryAdjustmentGroup, await available(11)]).toEqual([null, 10])
  })

  test('rule 5: compare-and-set on the named quantity; no change is success with a null group; the quantity after is null', async () => {
    expect((await set([row(11, 1, 9, 1_234)])).userErrors[0].code).toBe('CHANGE_FROM_QUANTITY_STALE')
    expect(await set([row(11, 1, 10, 10)])).toEqual({ inventoryAdjustmentGroup: null, userErrors: [] })
    const { changes } = (await set([row(11, 1, 8, 10)])).inventoryAdjustmentGroup
    expect(changes.map((each: Json) => [each.name, each.delta, each.quantityAfterChange])).toEqual([
      ['available', -2, null],
      ['on_hand', -2, null],
    ])
  })

  test('rule 6: a key for 24 hours: replayed, or a mismatch', async () => {
    const first = await set([row(12, 1, 5, null)], { key: `same-${version}` })
    expect(await set([row(12, 1, 5, null)], { key: `same-${version}` })).toEqual(first)
    expect((await set([row(12, 1, 6, null)], { key: `same-${version}` })).userErrors[0].code).toBe('IDEMPOTENCY_KEY_PARAMETER_MISMATCH')
    shop.clock.now += 24 * 3_600_000 + 1
    expect((await set([row(12, 1, 6, null)], { key: `same-${version}` })).userErrors).toEqual([])
  })

  test('rule 6: a key whose first call is under way is refused as concurrent', async () => {
    const sleep = (ms: number): Promise<void> => new Promise(done => setTimeout(done, ms))
    const slow = await openTestShop({ latencyMs: 100, sleep }, version)
    const call = setCall([row(11, 1, 7, 10)], { key: 'a' })
    const answers = await Promise.all([slow.graphql(...call), slow.graphql(...call)])
    await slow.close()
    const codes = answers.flatMap(({ data }) => codesOf(data.inventorySetQuantities.userErrors))
    expect(codes).toEqual(['IDEMPOTENCY_CONCURRENT_REQUEST'])
  })

  test('rule 7: by the number of rows asked for, and by the plan; what was reserved and not used comes back', async () => {
    const cost = async (query: string): Promise<Json> => (await shop.graphql(query)).extensions.cost
    expect(await cost('{ inventoryItems(first: 250) { nodes { id } } }')).toMatchObject({ requestedQueryCost: 13, actualQueryCost: 5 })
    expect(await cost('{ productVariants(first: 250) { nodes { id product { id } } } }')).toMatchObject({ requestedQueryCost: 24 })
    const plus = await openTestShop({ shop: { ...SMALL_SHOP, plan: 'plus' } }, version)
    const { extensions } = await plus.graphql('{ inventoryItems(first: 250) { nodes { id } } }')
    await plus.close()
    const throttleStatus = { maximumAvailable: 20_000, currentlyAvailable: 19_995, restoreRate: 1_000 }
    expect(extensions.cost.throttleStatus).toEqual(throttleStatus)
  })

  test('rule 7: a cost for each call, reserved and given back; an empty bucket is THROTTLED with HTTP 200', async () => {
    const { cost } = (await shop.graphql(...setCall([row(12, 1, 6, 6)]))).extensions
    expect(cost).toMatchObject({
      requestedQueryCost: 13,
      actualQueryCost: 10,
      throttleStatus: { maximumAvailable: 2_000, restoreRate: 100 },
    })
    await shop.dials({ failNext: [{ kind: 'throttle' }] })
    const { status, json } = await shop.post('{ shop { id } }')
    expect([status, codesOf(json.errors), json.extensions.cost.actualQueryCost]).toEqual([200, ['THROTTLED'], null])
    shop.clock.now += 20_000
  })

  test('rule 8: what was not granted is ACCESS_DENIED', async () => {
    await shop.dials({ scopes: ['read_inventory'] })
    const { errors, data } = await shop.graphql(...setCall([row(12, 1, 7, null)]))
    expect([errors[0].extensions.code, data]).toEqual(['ACCESS_DENIED', { inventorySetQuantities: null }])
    expect(Object.keys(errors[0].extensions).sort()).toEqual(['code', 'documentation', 'requiredAccess'])
    await shop.dials({ scopes: null })
  })

  test('rule 9: inactive levels keep their quantities; a pair that was never stocked is refused before 2026-10', async () => {
    expect(await levelOf(shop, 15, 2)).toMatchObject({ active: false, available: 7 })
    const given = { inventoryItemId: item(15), locationId: place(2), available: null, idempotencyKey: `on-${version}` }
    expect((await shop.graphql(document('13_activate_at_location'), given)).data.inventoryActivate.userErrors).toEqual([])
    expect(await levelOf(shop, 15, 2)).toMatchObject({ active: true, available: 7 })
    const { userErrors } = await set([row(12, 2, 3, null)])
    expect(codesOf(userErrors)).toEqual(version < '2026-10' ? ['ITEM_NOT_STOCKED_AT_LOCATION'] : [])
  })

  test('rule 10: a staged file, a bulk mutation, and an answer for each line', async () => {
    const staged = (await shop.graphql(document('20_staged_upload'), { filename: 'rows.jsonl' })).data.stagedUploadsCreate.stagedTargets[0]
    const form = new FormData()
    for (const { name, value } of staged.parameters) form.append(name, value)
    const lines = [setCall([row(16, 1, 4, null)]), setCall([row(13, 1, 4, null)])].map(([, variables]) => `${JSON.stringify(variables)}\n`)
    form.append('file', new Blob(lines), 'rows.jsonl')
    expect((await fetch(staged.url, { method: 'POST', body: form })).status).toBe(201)
    const stagedUploadPath = staged.parameters.find((each: Json) => each.name === 'key').value
    const mutation = document('bulk_inner_01_set_quantities')
    const { bulkOperation } = (await shop.graphql(document('21_run_bulk_mutation'), { mutation, stagedUploadPath })).data
      .bulkOperationRunMutation
    shop.clock.now += 10_000
    const done = (await shop.graphql(document('23_poll_bulk_operation'), { id: bulkOperation.id })).data.bulkOperation
    const answers = (await (await fetch(done.url)).text())
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(
      answers.toSorted((a, b) => a.__lineNumber - b.__lineNumber).map(each => codesOf(each.data.inventorySetQuantities.userErrors)),
    ).toEqual([[], ['NON_MUTABLE_INVENTORY_ITEM']])
    expect(await available(16)).toBe(4)
  })

  const runQuery = async (): Promise<Json> =>
    (await shop.graphql(document('22_run_bulk_query'), { query: '{ productVariants { edges { node { id } } } }' })).data
      .bulkOperationRunQuery
  const poll = async (id: string): Promise<Json> => (await shop.graphql(document('23_poll_bulk_operation'), { id })).data.bulkOperation

  test('rule 10: five at once and no sixth; one stalls, one ends half-way, one is cancelled', async () => {
    await shop.dials({
      bulkDelayMs: 60_000,
      bulkFates: [
        { kind: 'stall', at: 0.5 },
        { kind: 'fail', at: 0.5 },
      ],
    })
    const started = []
    for (let at = 0; at < 5; at++) started.push((await runQuery()).bulkOperation.id)
    expect((await runQuery()).userErrors).toHaveLength(1)
    const [stalls, fails, cancelled] = started
    expect((await shop.graphql(document('25_cancel_bulk_operation'), { id: cancelled })).data.bulkOperationCancel.userErrors).toEqual([])
    shop.clock.now += 3_600_000
    const ends = [await poll(stalls), await poll(fails), await poll(cancelled), await poll(started[4])]
    expect(ends.map(each => each.status)).toEqual(['RUNNING', 'FAILED', 'CANCELED', 'COMPLETED'])
    expect(ends[1].partialDataUrl).toMatch(/^http/)
    await shop.graphql(document('25_cancel_bulk_operation'), { id: stalls })
    await shop.dials({ bulkDelayMs: 100, bulkFates: [] })
  })

  test('rule 10: its end is told in lower case, and without an address', async () => {
    await shop.graphql(document('30_webhook_subscribe'), { topic: 'BULK_OPERATIONS_FINISH', uri: 'https://hub.example/hook' })
    await runQuery()
    await shop.control('POST', 'clock', { advanceMs: 10_000 })
    const told = delivered.find(each => each.topic === 'bulk_operations/finish')
    expect(told?.body).toMatchObject({ status: 'completed', type: 'query' })
    expect(told?.body).not.toHaveProperty('url')
  })

  test('rule 11: an order moves available and committed, and webhooks tell of it', async () => {
    const subscription = { topic: 'INVENTORY_LEVELS_UPDATE', uri: 'https://hub.example/hook' }
    await shop.graphql(document('30_webhook_subscribe'), subscription)
    const before = await levelOf(shop, 11, 1)
    await shop.control('POST', 'orders', { lines: [{ sku: 'BALL', units: 2, locationId: place(1) }] })
    expect(await levelOf(shop, 11, 1)).toMatchObject({
      available: before.available - 2,
      committed: before.committed + 2,
      on_hand: before.on_hand,
    })
    await shop.control('POST', 'clock', { advanceMs: 1_000 })
    expect(delivered).toContainEqual({
      topic: 'inventory_levels/update',
      ...{ eventId: expect.any(String), isSigned: true },
      body: expect.objectContaining({ available: before.available - 2 }),
    })
  })

  test('rule 11: webhooks are doubled under one event id, lost, and built late', async () => {
    const change = async (): Promise<void> => {
      await shop.control('POST', 'orders', { lines: [{ sku: 'BALL', units: 1, locationId: place(1) }] })
    }
    const since = async (ms: number): Promise<typeof delivered> => {
      const from = delivered.length
      await shop.control('POST', 'clock', { advanceMs: ms })
      return delivered.slice(from)
    }
    await shop.dials({ webhookDoubleRate: 1 })
    await change()
    const twice = await since(1_000)
    const events = new Set(twice.map(each => each.eventId)).size
    expect(events).toBeGreaterThan(0)
    expect(twice).toHaveLength(2 * events)
    await shop.dials({ webhookDoubleRate: 0, webhookLossRate: 1 })
    await change()
    expect(await since(60_000)).toEqual([])
    await shop.dials({ webhookLossRate: 0, webhookDelayMs: 60_000 })
    await change()
    await change()
    const late = await since(60_000)
    const { available: last } = await levelOf(shop, 11, 1)
    expect(late.length).toBeGreaterThan(1)
    expect(new Set(late.map(each => each.body.available))).toEqual(new Set([last]))
    await shop.dials({ webhookDelayMs: 0 })
  })

  test.each([
    [{ failNext: [{ kind: 'status', status: 503 }] }, 503],
    [{ failNext: [{ kind: 'status', status: 429, retryAfterSeconds: 2 }] }, 429],
    [{ failNext: [{ kind: 'status', status: 430 }] }, 430],
    [{ failNext: [{ kind: 'html', status: 502 }] }, 502],
    [{ failNext: [{ kind: 'stall', status: 504 }] }, 504],
    [{ locked: true }, 423],
    [{ faults: [{ kind: 'status', status: 500, rate: 1, from: '2026-11-24T00:00:00Z' }] }, 500],
    [{ tokenRevoked: true }, 401],
    [{ frozen: true }, 402],
  ])('rule 12: what goes wrong on the way, %j', async (dials, status) => {
    await shop.dials(dials)
    const response = await fetch(`${shop.url}/admin/api/${version}/graphql.json`, {
      ...{ method: 'POST', body: JSON.stringify({ query: '{ shop { id } }' }) },
      headers: { 'Content-Type': 'application/json', 'X-Shopify-Access-Token': 'token' },
    })
    expect(response.status).toBe(status)
    await shop.dials({ tokenRevoked: false, frozen: false, locked: false, failNext: [], faults: [] })
  })

  test.each([
    ['resetBefore', 0],
    ['resetAfter', 1],
  ])('rule 12: the connection is cut, %s it was done', async (kind, done) => {
    const before = await available(12)
    await shop.dials({ failNext: [{ kind, root: 'inventorySetQuantities' }] })
    await expect(set([row(12, 1, before + 1, null)])).rejects.toThrow('fetch failed')
    expect(await available(12)).toBe(before + done)
  })

  test('rule 12: a token ends of itself, and is 401', async () => {
    const clock = { now: shop.clock.now }
    const app = { clientId: 'app', clientSecret: 'secret of the app' }
    const own = await openTestShop({ oauth: app, now: () => clock.now }, version)
    const body = new URLSearchParams({ client_id: app.clientId, client_secret: app.clientSecret, grant_type: 'client_credentials' })
    const { access_token: token } = (await (await fetch(`${own.url}/admin/oauth/access_token`, { method: 'POST', body })).json()) as Json
    const status = async (): Promise<number> =>
      (
        await fetch(`${own.url}/admin/api/${version}/graphql.json`, {
          ...{ method: 'POST', body: JSON.stringify({ query: '{ shop { id } }' }) },
          headers: { 'Content-Type': 'application/json', 'X-Shopify-Access-Token': token },
        })
      ).status
    expect(await status()).toBe(200)
    clock.now += 24 * 3_600_000
    expect(await status()).toBe(401)
    await own.close()
  })
})
