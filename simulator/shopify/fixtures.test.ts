/* The reference documents under fixtures/documents, all of which a client may send or hand to a bulk operation. */

import { readdirSync } from 'node:fs'
import { parse, validate } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminSchema } from './schema.ts'
import { document, item, openTestShop, place, row, setCall, type TestShop } from './testing.ts'

const names = readdirSync(new URL('./fixtures/documents/', import.meta.url)).flatMap(name =>
  name.endsWith('.graphql') ? [name.slice(0, -'.graphql'.length)] : [],
)

let shop: TestShop
beforeAll(async () => {
  shop = await openTestShop()
})
afterAll(() => shop.close())

test('there are 26 of them', () => expect(names).toHaveLength(26))

test.each(names)('%s is valid', name => {
  expect(validate(adminSchema('2026-10'), parse(document(name)))).toEqual([])
})

describe('those that are simulated run', () => {
  const variables: Record<string, object> = {
    '01_app_access_scopes': {},
    '02_locations': {},
    '03_inventory_names': {},
    '04_items_by_sku': { query: 'sku:BALL', first: 5 },
    '05_variants_by_sku': { query: 'sku:BALL', first: 5 },
    '06_levels_for_known_items': { ids: [item(11)], locationId: place(1) },
    '07_levels_at_location_since': { locationId: place(1), first: 5, query: "updated_at:>'2026-01-01'" },
    '10_set_quantities': setCall([row(11, 1, 9, 10)])[1],
    '11_adjust_quantities': {
      input: {
        name: 'available',
        reason: 'correction',
        changes: [{ inventoryItemId: item(12), locationId: place(1), delta: 1, changeFromQuantity: 3 }],
      },
      idempotencyKey: 'f11',
    },
    '12_move_quantities': {
      input: {
        reason: 'other',
        referenceDocumentUri: 'gid://test/Move/1',
        changes: [
          {
            inventoryItemId: item(12),
            quantity: 1,
            from: { name: 'available', locationId: place(1), changeFromQuantity: null },
            to: { name: 'damaged', locationId: place(1), changeFromQuantity: null, ledgerDocumentUri: 'gid://test/Damage/1' },
          },
        ],
      },
      idempotencyKey: 'f12',
    },
    '13_activate_at_location': { inventoryItemId: item(12), locationId: place(2), idempotencyKey: 'f13' },
    '14_bulk_toggle_activation': { inventoryItemId: item(15), updates: [{ locationId: place(2), activate: true }] },
    '15_track_item': { id: item(14), input: { tracked: true } },
    '20_staged_upload': { filename: 'rows.jsonl' },
    '22_run_bulk_query': { query: document('bulk_inner_02_variants_query') },
    '23_poll_bulk_operation': { id: 'gid://shopify/BulkOperation/5000000001' },
    '24_list_bulk_operations': {},
    '25_cancel_bulk_operation': { id: 'gid://shopify/BulkOperation/5000000001' },
    '30_webhook_subscribe': { topic: 'ORDERS_CREATE', uri: 'https://hub.example/hook' },
    '31_webhook_list': {},
    '32_webhook_delete': { id: 'gid://shopify/WebhookSubscription/1700000000001' },
    bulk_inner_01_set_quantities: setCall([row(11, 2, 9, null)])[1],
  }
  test.each(Object.entries(variables))('%s', async (name, given) => {
    const { errors, data } = await shop.graphql(document(name), given)
    expect(errors).toBeUndefined()
    const payload = Object.values(data)[0] as { userErrors?: unknown[] } | null
    expect(payload).not.toBeNull()
    expect(payload?.userErrors ?? []).toEqual([])
  })

  // 21 needs a file first; `bulk-mutation.test.ts` gives it one.
  test('no document is left out', () => {
    const ran = [...Object.keys(variables), '21_run_bulk_mutation', ...names.filter(name => /^bulk_inner_0[234]/.test(name))]
    expect(ran.toSorted()).toEqual(names.toSorted())
  })

  test.each(names.filter(name => /^bulk_inner_0[234]/.test(name)))('%s runs as a bulk query', async name => {
    const { data } = await shop.graphql(document('22_run_bulk_query'), { query: document(name) })
    expect(data.bulkOperationRunQuery.userErrors).toEqual([])
    shop.clock.now += 100
    const polled = await shop.graphql(document('23_poll_bulk_operation'), { id: data.bulkOperationRunQuery.bulkOperation.id })
    expect(polled.data.bulkOperation).toMatchObject({ status: 'COMPLETED', url: expect.stringContaining('/_bulk/') })
  })
})
