import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { document, item, type Json, levelOf, openTestShop, place, row, SMALL_SHOP, type TestShop } from './testing.ts'
import type { Delivery } from './webhooks.ts'

let shop: TestShop
let told: Delivery[]
beforeEach(async () => {
  told = []
  shop = await openTestShop({
    async deliver(delivery) {
      told.push(delivery)
      return 200
    },
  })
})
afterEach(() => shop.close())

const INNER = document('bulk_inner_01_set_quantities')
const set = (key: string, ...rows: Json[]): Json => ({
  input: { name: 'available', reason: 'correction', quantities: rows },
  idempotencyKey: key,
})
const jsonl = (lines: Json[]): string => lines.map(line => `${JSON.stringify(line)}\n`).join('')

type Target = { url: string; parameters: { name: string; value: string }[] }
const stage = async (): Promise<Target> =>
  (await shop.graphql(document('20_staged_upload'), { filename: 'rows.jsonl' })).data.stagedUploadsCreate.stagedTargets[0]
const keyOf = (target: Target): string => target.parameters.find(each => each.name === 'key')?.value ?? ''
const post = (target: Target, text: string, parameters = target.parameters): Promise<Response> => {
  const form = new FormData()
  for (const { name, value } of parameters) form.append(name, value)
  form.append('file', new Blob([text]), 'rows.jsonl')
  return fetch(target.url, { method: 'POST', body: form })
}
const upload = async (lines: Json[] | string): Promise<string> => {
  const target = await stage()
  await post(target, typeof lines === 'string' ? lines : jsonl(lines))
  return keyOf(target)
}
const run = async (stagedUploadPath: string, more: object = {}): Promise<Json> =>
  (await shop.graphql(document('21_run_bulk_mutation'), { mutation: INNER, stagedUploadPath, ...more })).data.bulkOperationRunMutation
const poll = async (id: string): Promise<Json> => (await shop.graphql(document('23_poll_bulk_operation'), { id })).data.bulkOperation
const cancel = async (id: string): Promise<Json> =>
  (await shop.graphql(document('25_cancel_bulk_operation'), { id })).data.bulkOperationCancel
const linesAt = async (url: string): Promise<Json[]> =>
  (await (await fetch(url)).text())
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
const many = (count: number): Json[] => Array.from({ length: count }, (_, at) => set(`k${at}`, row(11, 1, 100 + at, null)))

describe('rule 10: a file is staged by a form with the file last, and is known by its key', () => {
  test('201 with a little XML', async () => {
    const target = await stage()
    const answer = await post(target, jsonl(many(1)))
    expect(answer.status).toBe(201)
    expect(await answer.text()).toContain(`<Key>${keyOf(target)}</Key>`)
    expect(keyOf(target)).toMatch(/^tmp\/\d+\/bulk\/[0-9a-f-]{36}\/rows\.jsonl$/)
  })

  test('parameters behind the file do not count; one that is missing or changed is refused', async () => {
    const target = await stage()
    const form = new FormData()
    form.append('file', new Blob(['x']), 'rows.jsonl')
    for (const { name, value } of target.parameters) form.append(name, value)
    expect((await fetch(target.url, { method: 'POST', body: form })).status).toBe(403)
    const changed = target.parameters.map(each => (each.name === 'acl' ? { ...each, value: 'public' } : each))
    expect((await post(target, 'x', changed)).status).toBe(403)
    expect((await post(target, 'x', target.parameters.slice(0, 4))).status).toBe(403)
    expect((await run(keyOf(target))).userErrors[0].code).toBe('NO_SUCH_FILE')
  })

  test('the policy takes no empty file, and a hundred megabytes at most', async () => {
    const target = await stage()
    expect(await (await post(target, '')).text()).toContain('EntityTooSmall')
    const policy = target.parameters.find(each => each.name === 'policy')?.value ?? ''
    expect(JSON.parse(Buffer.from(policy, 'base64').toString()).conditions[1]).toEqual(['content-length-range', 1, 104_857_600])
  })

  test('PUT works as well', async () => {
    const query = `mutation { stagedUploadsCreate(input: [{ resource: BULK_MUTATION_VARIABLES, filename: "a.jsonl", mimeType: "text/jsonl",
      httpMethod: PUT }]) { stagedTargets { url resourceUrl parameters { name value } } userErrors { message } } }`
    const [target] = (await shop.graphql(query)).data.stagedUploadsCreate.stagedTargets
    expect((await fetch(target.url, { method: 'PUT', body: jsonl(many(1)) })).status).toBe(200)
    expect((await run(new URL(target.url).pathname.replace('/_staged/', ''))).userErrors).toEqual([])
  })
})

describe('rule 10: a bulk mutation takes one call a line, in any order', () => {
  test('CREATED, RUNNING, COMPLETED; every line has its answer and its number', async () => {
    const path = await upload([
      set('a', row(11, 1, 7, 10)),
      set('b', row(12, 1, 9, 77)),
      set('c', row(13, 1, 1, null), row(11, 2, 1, null)),
      set('d', row(15, 1, 4, null)),
    ])
    const { bulkOperation, userErrors } = await run(path)
    expect([bulkOperation.status, bulkOperation.type, userErrors]).toEqual(['CREATED', 'MUTATION', []])
    shop.clock.now += 20
    expect(await poll(bulkOperation.id)).toMatchObject({ status: 'RUNNING', url: null })
    shop.clock.now += 80
    const done = await poll(bulkOperation.id)
    expect(done).toMatchObject({ status: 'COMPLETED', objectCount: '4', errorCode: null, partialDataUrl: null })
    const lines = await linesAt(done.url)
    const byNumber = lines.toSorted((one, other) => one.__lineNumber - other.__lineNumber)
    expect(byNumber.map(line => line.__lineNumber)).toEqual([0, 1, 2, 3])
    const payloads = byNumber.map(line => line.data.inventorySetQuantities)
    expect(payloads[0].inventoryAdjustmentGroup.changes).toHaveLength(2)
    expect(payloads.map(each => each.userErrors.map((error: Json) => error.code))).toEqual([
      [],
      ['CHANGE_FROM_QUANTITY_STALE'],
      ['NON_MUTABLE_INVENTORY_ITEM'],
      [],
    ])
    expect(payloads[3].inventoryAdjustmentGroup).toBeNull()
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 7 })
    expect(await levelOf(shop, 11, 2)).toMatchObject({ available: 5 })
  })

  test('lines are not taken in their order', async () => {
    const { bulkOperation } = await run(await upload(many(30)))
    shop.clock.now += 100
    const numbers = (await linesAt((await poll(bulkOperation.id)).url)).map(line => line.__lineNumber)
    expect(numbers.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 30 }, (_, at) => at))
    expect(numbers).not.toEqual(numbers.toSorted((one, other) => one - other))
  })

  test('line by line the world moves on', async () => {
    await shop.dials({ bulkLineMs: 100 })
    const { bulkOperation } = await run(await upload(many(10)))
    shop.clock.now += 620
    expect(await poll(bulkOperation.id)).toMatchObject({ status: 'RUNNING', objectCount: '5' })
  })

  test('the same keys in a second file change nothing again', async () => {
    const lines = [set('once', row(11, 1, 7, 10))]
    for (const _ of [1, 2]) {
      const { bulkOperation } = await run(await upload(lines))
      shop.clock.now += 100
      const [line] = await linesAt((await poll(bulkOperation.id)).url)
      expect(line.data.inventorySetQuantities.userErrors).toEqual([])
    }
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 7 })
  })

  test('a line that is no JSON, or does not fit the mutation, has its own error; the others go on', async () => {
    const wrong = { input: { name: 'available', reason: 'correction', quantities: [{ quantity: 1 }] }, idempotencyKey: 'w' }
    const { bulkOperation } = await run(await upload(`not json\n${JSON.stringify(wrong)}\n${jsonl([set('k', row(11, 1, 3, null))])}`))
    shop.clock.now += 100
    const lines = await linesAt((await poll(bulkOperation.id)).url)
    const codes = lines
      .toSorted((one, other) => one.__lineNumber - other.__lineNumber)
      .map(line => line.errors?.[0].extensions.code ?? null)
    expect(codes).toEqual(['INVALID_VARIABLE', 'INVALID_VARIABLE', null])
    expect(await levelOf(shop, 11, 1)).toMatchObject({ available: 3 })
  })

  test('a missing scope stands in every line', async () => {
    await shop.dials({ scopes: ['read_inventory'] })
    const { bulkOperation } = await run(await upload(many(2)))
    shop.clock.now += 100
    const lines = await linesAt((await poll(bulkOperation.id)).url)
    expect(lines.map(line => line.errors[0].extensions.code)).toEqual(['ACCESS_DENIED', 'ACCESS_DENIED'])
  })

  test('five at once, and five queries beside them; the file is missed before the sixth is', async () => {
    const path = await upload(many(1))
    const ids: string[] = []
    for (let at = 0; at < 5; at++) ids.push((await run(path)).bulkOperation.id)
    const sixth = await run(path)
    expect(sixth.userErrors[0]).toMatchObject({ code: 'OPERATION_IN_PROGRESS', field: null })
    for (const id of ids) expect(sixth.userErrors[0].message).toContain(id)
    expect((await run('tmp/nothing')).userErrors[0].code).toBe('NO_SUCH_FILE')
    const query = await shop.graphql(document('22_run_bulk_query'), { query: document('bulk_inner_02_variants_query') })
    expect(query.data.bulkOperationRunQuery.userErrors).toEqual([])
  })

  const refused: [title: string, more: object, code: string | null, message: RegExp][] = [
    ['no mutation', { mutation: '{ shop { id } }' }, 'INVALID_MUTATION', /one mutation operation/],
    ['against the schema', { mutation: 'mutation { nope { id } }' }, 'INVALID_MUTATION', /Field 'nope' doesn't exist/],
    [
      'a bulk operation itself',
      { mutation: 'mutation($q: String!) { bulkOperationRunQuery(query: $q) { userErrors { message } } }' },
      'INVALID_MUTATION',
      /allowed mutation name/,
    ],
    ['a longer text than it takes', { mutation: `${INNER}${'#'.repeat(65_536)}` }, 'INVALID_MUTATION', /longer than 65535 bytes/],
    ['an identifier that is too short', { clientIdentifier: 'short' }, null, /between 10 and 255/],
  ]
  test.each(refused)('%s is refused', async (_title, more, code, message) => {
    const { bulkOperation, userErrors } = await run(await upload(many(1)), more)
    expect([bulkOperation, userErrors[0].code]).toEqual([null, code])
    expect(userErrors[0].message).toMatch(message)
  })

  test('a file that was changed after the start fails it', async () => {
    const target = await stage()
    await post(target, jsonl(many(1)))
    const { bulkOperation } = await run(keyOf(target))
    await post(target, jsonl(many(2)))
    shop.clock.now += 100
    expect(await poll(bulkOperation.id)).toMatchObject({ status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR' })
  })
})

describe('rule 10: an operation can end before its end', () => {
  const half = async (fate: object): Promise<{ id: string; row: Json }> => {
    await shop.dials({ bulkFates: [{ at: 0.5, ...fate }] })
    const { bulkOperation } = await run(await upload(many(10)))
    shop.clock.now += 200
    return { id: bulkOperation.id, row: await poll(bulkOperation.id) }
  }

  test('failed: what was done so far has its answers', async () => {
    const { row: failed } = await half({ kind: 'fail', errorCode: 'TIMEOUT' })
    expect(failed).toMatchObject({ status: 'FAILED', errorCode: 'TIMEOUT', objectCount: '5', url: null })
    expect(await linesAt(failed.partialDataUrl)).toHaveLength(5)
  })

  test('stalled: it stands still until it is cancelled, and then nobody says what was done', async () => {
    const { id, row: stalled } = await half({ kind: 'stall' })
    expect(stalled).toMatchObject({ status: 'RUNNING', objectCount: '5' })
    shop.clock.now += 3_600_000
    expect(await poll(id)).toMatchObject({ status: 'RUNNING', objectCount: '5' })
    expect((await cancel(id)).bulkOperation.status).toBe('CANCELING')
    shop.clock.now += 100
    expect(await poll(id)).toMatchObject({ status: 'CANCELED', url: null, partialDataUrl: null, completedAt: null, fileSize: null })
  })

  test.each([
    ['cancel', 'CANCELED'],
    ['expire', 'EXPIRED'],
  ])('the shop may %s it by itself', async (kind, status) => {
    expect((await half({ kind })).row.status).toBe(status)
  })

  test('one line fails inside the shop, done or not', async () => {
    await shop.dials({
      failNext: [
        { kind: 'internalError', root: 'bulkLine' },
        { kind: 'internalErrorAfter', root: 'bulkLine' },
      ],
    })
    const lines = [11, 12, 15].map((id, at) => set(`l${at}`, row(id, 1, 500, null)))
    const { bulkOperation } = await run(await upload(lines))
    shop.clock.now += 100
    const answers = await linesAt((await poll(bulkOperation.id)).url)
    expect(answers.filter(line => line.errors !== undefined)).toHaveLength(2)
    const levels = await Promise.all([11, 12, 15].map(id => levelOf(shop, id, 1)))
    expect(levels.filter(level => level.available === 500)).toHaveLength(2)
  })

  test('half of the result arrives, and then the connection is cut', async () => {
    const { bulkOperation } = await run(await upload(many(50)))
    shop.clock.now += 100
    const { url } = await poll(bulkOperation.id)
    await shop.dials({ failNext: [{ kind: 'resetAfter', root: 'bulkResult' }] })
    await expect(fetch(url).then(answer => answer.text())).rejects.toThrow()
    expect(await linesAt(url)).toHaveLength(50)
  })
})

test('rule 10: the end is told in lower case and without an address', async () => {
  await shop.graphql(document('30_webhook_subscribe'), { topic: 'BULK_OPERATIONS_FINISH', uri: 'https://hub.example/hook' })
  const { bulkOperation } = await run(await upload(many(1)))
  await shop.control('POST', 'clock', { advanceMs: 100 })
  expect(told.map(each => JSON.parse(each.body))).toEqual([
    {
      admin_graphql_api_id: bulkOperation.id,
      completed_at: '2026-11-24T12:00:00Z',
      created_at: '2026-11-24T12:00:00Z',
      error_code: null,
      status: 'completed',
      type: 'mutation',
    },
  ])
})

test('a list longer than one slice comes whole, each row once, whatever is added meanwhile', async () => {
  const products = Array.from({ length: 10_500 }, (_, at) => ({
    title: `P${at}`,
    variants: [{ sku: `S${at}`, inventoryItemId: 100_000 + at, id: 900_000 + at, levels: [{ location: 'Front', available: at }] }],
  }))
  const large = await openTestShop({ shop: { ...SMALL_SHOP, products } })
  const query = document('bulk_inner_03_items_with_levels_query')
  const { data } = await large.graphql(document('22_run_bulk_query'), { query })
  const { id } = data.bulkOperationRunQuery.bulkOperation
  large.clock.now += 100
  const look = async (): Promise<Json> => (await large.graphql(document('23_poll_bulk_operation'), { id })).data.bulkOperation
  await look()
  await large.control('POST', 'products', { title: 'New', variants: [{ sku: 'NEW', levels: [{ location: 'Front', available: 1 }] }] })
  const done = await look()
  expect(done).toMatchObject({ status: 'COMPLETED', rootObjectCount: '10500', objectCount: '21000' })
  const lines = await linesAt(done.url)
  expect(new Set(lines.map(line => line.id)).size).toBe(21_000)
  expect(lines.at(-1)).toMatchObject({ __parentId: item(110_499), location: { id: place(1) } })
  await large.close()
})
