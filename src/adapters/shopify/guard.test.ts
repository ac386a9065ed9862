import { expect, test } from 'vitest'
import { exchangeOf } from './guard.ts'

const keptOf = (data: unknown): string =>
  exchangeOf({
    body: JSON.stringify({ query: '{ shop { id } }' }),
    operation: { name: null, roots: [], effect: 'read' },
    answer: { kind: 'answered', status: 200, body: { data }, requestId: null, look: { from: 0, until: 0 }, retryAfterMs: null },
    ...{ at: 0, tookMs: 0 },
  }).answer ?? ''

test('the job log keeps where a result lies, and not the signature that opens it', () => {
  const url = 'https://storage.googleapis.com/shop/bulk.jsonl?GoogleAccessId=shop&Signature=hush%3D'
  const kept = keptOf({ bulkOperation: { id: 'gid://shopify/BulkOperation/1', url, partialDataUrl: null, objectCount: '7' } })
  expect(JSON.parse(kept)).toEqual({
    bulkOperation: {
      ...{ id: 'gid://shopify/BulkOperation/1', url: 'https://storage.googleapis.com/shop/bulk.jsonl?…', partialDataUrl: null },
      objectCount: '7',
    },
  })
})

test('… and where a file is to be put, and not what lets somebody put another one there', () => {
  const parameters = [
    { name: 'key', value: 'tmp/1/bulk/rows.jsonl' },
    { name: 'policy', value: 'hush' },
    { name: 'x-goog-signature', value: 'hush' },
  ]
  const kept = keptOf({ stagedUploadsCreate: { stagedTargets: [{ url: 'https://upload.example/', parameters }], userErrors: [] } })
  expect(kept).not.toContain('hush')
  expect(kept).toContain('tmp/1/bulk/rows.jsonl')
  expect(kept).toContain('x-goog-signature')
})

test('what stands in an answer beside that is kept as it was', () => {
  const data = { shop: { name: 'Really? Yes', link: 'https://shop.example/a' }, nodes: [{ id: 1, tracked: true }] }
  expect(JSON.parse(keptOf(data))).toEqual(data)
})
