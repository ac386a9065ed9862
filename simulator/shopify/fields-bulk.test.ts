import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { document, item, type Json, openTestShop, row, setCall, type TestShop } from './testing.ts'

let shop: TestShop
beforeEach(async () => {
  shop = await openTestShop()
})
afterEach(() => shop.close())

const start = async (query: string): Promise<Json> =>
  (await shop.graphql(document('22_run_bulk_query'), { query })).data.bulkOperationRunQuery
const poll = async (id: string): Promise<Json> => (await shop.graphql(document('23_poll_bulk_operation'), { id })).data.bulkOperation
const cancel = async (id: string): Promise<Json> =>
  (await shop.graphql(document('25_cancel_bulk_operation'), { id })).data.bulkOperationCancel
const variants = '{ productVariants { edges { node { id sku } } } }'

async function linesOf(query: string): Promise<{ operation: Json; lines: Json[] }> {
  const { bulkOperation, userErrors } = await start(query)
  expect(userErrors).toEqual([])
  shop.clock.now += 100
  const operation = await poll(bulkOperation.id)
  const text = await (await fetch(operation.url)).text()
  expect(operation.fileSize).toBe(String(Buffer.byteLength(text)))
  return {
    operation,
    lines: text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Json),
  }
}

test('CREATED, then RUNNING, then COMPLETED, with the result behind a link', async () => {
  const { bulkOperation } = await start(variants)
  expect(bulkOperation.status).toBe('CREATED')
  const seen = []
  for (const ms of [10, 20, 60, 20]) {
    shop.clock.now += ms
    const { status, url, completedAt } = await poll(bulkOperation.id)
    seen.push([status, url !== null, completedAt !== null])
  }
  expect(seen).toEqual([
    ['CREATED', false, false],
    ['RUNNING', false, false],
    ['RUNNING', false, false],
    ['COMPLETED', true, true],
  ])
})

test('rows of an inner list follow the row they hang on, and name it', async () => {
  const { operation, lines } = await linesOf(document('bulk_inner_03_items_with_levels_query'))
  expect(operation).toMatchObject({ status: 'COMPLETED', objectCount: '14', rootObjectCount: '6' })
  expect(lines[0]).toEqual({ id: item(11), sku: 'BALL', tracked: true })
  expect(lines[1]).toMatchObject({ isActive: true, location: { id: 'gid://shopify/Location/1' }, __parentId: item(11) })
  expect(lines.filter(line => line.__parentId !== undefined && line.isActive === false)).toHaveLength(1)
})

test('a list of one location has no parent to name', async () => {
  const { lines } = await linesOf(document('bulk_inner_04_location_levels_query'))
  expect(lines).toHaveLength(6)
  expect(lines[0]).toMatchObject({
    item: { id: item(11) },
    quantities: [{ name: 'available', quantity: 10 }, expect.anything(), expect.anything()],
  })
  expect(lines[0]).not.toHaveProperty('__parentId')
})

test('`first` is ignored', async () => {
  const { lines } = await linesOf('{ productVariants(first: 2) { edges { node { id } } } }')
  expect(lines).toHaveLength(6)
})

test('the data are those of the end, not of the start', async () => {
  const { bulkOperation } = await start(
    '{ location(id: "gid://shopify/Location/1") { inventoryLevels { edges { node { id quantities(names: ["available"]) { quantity } } } } } }',
  )
  await shop.graphql(...setCall([row(11, 1, 77, 10)]))
  shop.clock.now += 100
  expect(await (await fetch((await poll(bulkOperation.id)).url)).text()).toContain('"quantity":77')
})

test('nothing found is COMPLETED without a link', async () => {
  const { bulkOperation } = await start('{ productVariants(query: "sku:NOPE") { edges { node { id } } } }')
  shop.clock.now += 100
  expect(await poll(bulkOperation.id)).toMatchObject({ status: 'COMPLETED', objectCount: '0', url: null })
})

test('a missing scope fails the operation', async () => {
  await shop.dials({ scopes: ['read_inventory'] })
  const { bulkOperation } = await start(variants)
  shop.clock.now += 100
  expect(await poll(bulkOperation.id)).toMatchObject({ status: 'FAILED', errorCode: 'ACCESS_DENIED', url: null })
})

describe('what a bulk query may not be', () => {
  const table: [title: string, query: string, message: RegExp][] = [
    ['no document', '{ productVariants {', /^Invalid bulk query: Syntax Error/],
    ['against the schema', '{ nope { edges { node { id } } } }', /^Invalid bulk query: Field 'nope' doesn't exist/],
    [
      'by nodes',
      '{ productVariants { nodes { id } } }',
      /Selecting via 'nodes' is not supported\. Invalid connection fields: 'productVariants'/,
    ],
    ['without a list', '{ shop { id } }', /must contain at least one connection/],
    ['node at the top', '{ node(id: "gid://shopify/Order/1") { id } }', /cannot contain a top level `node` field/],
    [
      'lists three deep',
      '{ orders { edges { node { id fulfillmentOrders { edges { node { id lineItems { edges { node { id } } } } } } } } } }',
      /nesting depth greater than 2/,
    ],
    [
      'six lists',
      `{ ${[1, 2, 3, 4, 5, 6].map(at => `l${at}: locations { edges { node { id } } }`).join(' ')} }`,
      /more than 5 connections/,
    ],
    [
      'a parent without id',
      '{ inventoryItems { edges { node { sku inventoryLevels { edges { node { id } } } } } } }',
      /must select the 'id' field .* Connection fields without 'id': inventoryLevels/,
    ],
    [
      'a parent with an alias for id',
      '{ inventoryItems { edges { node { key: id inventoryLevels { edges { node { id } } } } } } }',
      /must select the 'id' field/,
    ],
    ['what is not simulated', '{ collections { edges { node { id } } } }', /QueryRoot\.collections is not simulated/],
    [
      'a mutation',
      'mutation { bulkOperationCancel(id: "gid://shopify/BulkOperation/1") { userErrors { message } } }',
      /cannot be mutations/,
    ],
  ]
  test.each(table)('%s', async (_title, query, message) => {
    const { bulkOperation, userErrors } = await start(query)
    expect(bulkOperation).toBeNull()
    expect(userErrors.map((each: Json) => each.message).join('\n')).toMatch(message)
    expect(userErrors[0]).toMatchObject({ field: ['query'], code: 'INVALID' })
  })
})

test('a sixth at the same time is refused and told the five; when one ends there is room', async () => {
  const ids = []
  for (let at = 0; at < 5; at += 1) ids.push((await start(variants)).bulkOperation.id)
  const sixth = await start(variants)
  expect(sixth.userErrors[0]).toMatchObject({ code: 'OPERATION_IN_PROGRESS', field: null })
  for (const id of ids) expect(sixth.userErrors[0].message).toContain(id)
  shop.clock.now += 100
  expect((await start(variants)).userErrors).toEqual([])
})

test('cancelling goes by CANCELING to CANCELED; what is done cannot be cancelled, what is not there neither', async () => {
  const { bulkOperation } = await start(variants)
  expect(await cancel(bulkOperation.id)).toMatchObject({ bulkOperation: { status: 'CANCELING' }, userErrors: [] })
  shop.clock.now += 100
  expect(await poll(bulkOperation.id)).toMatchObject({ status: 'CANCELED', url: null, completedAt: null })
  const { operation } = await linesOf(variants)
  expect((await cancel(operation.id)).userErrors[0].message).toBe('A bulk operation cannot be canceled when it is completed')
  expect((await cancel('gid://shopify/BulkOperation/1')).userErrors[0].message).toBe('Bulk operation does not exist')
})

test('operations are listed, newest first, and the current one is the last', async () => {
  const first = (await start(variants)).bulkOperation.id
  shop.clock.now += 1_000
  const second = (await start(variants)).bulkOperation.id
  const { data } = await shop.graphql(document('24_list_bulk_operations'), { query: 'status:completed' })
  expect(data.bulkOperations.nodes.map((each: Json) => each.id)).toEqual([first])
  const all = await shop.graphql(document('24_list_bulk_operations'), {})
  expect(all.data.bulkOperations.nodes.map((each: Json) => each.id)).toEqual([second, first])
  expect((await shop.graphql('{ currentBulkOperation { id } }')).data.currentBulkOperation.id).toBe(second)
})
