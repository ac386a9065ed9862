import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FrozenCall } from '../../src/channel/port.ts'
import type { AnsweredCall, UploadLook } from '../../src/channel/upload-port.ts'
import { openSimulatedShop, type SimulatedShop, SMALL_SHOP } from './simulated-shop.ts'

let shop: SimulatedShop
beforeEach(async () => {
  shop = await openSimulatedShop(SMALL_SHOP)
})
afterEach(() => shop.close())

const call = (key: string, rows: { sku: string; units: number; fromUnits: number; location?: string }[]): FrozenCall =>
  shop.port.freeze(
    'set_available',
    rows.map(row => ({
      inventoryItemGid: shop.item(row.sku),
      locationGid: shop.location(row.location ?? 'Main'),
      units: row.units,
      fromUnits: row.fromUnits,
      onHandUnits: null,
    })),
    { idempotencyKey: key, reference: `gid://trueup/Call/${key}` },
  )
const start = async (calls: FrozenCall[]): Promise<string> => {
  const started = await shop.port.startUpload(calls, { filename: 'upload.jsonl', clientIdentifier: 'trueup-upload-1' })
  if (started.kind !== 'started') throw new Error(started.message)
  return started.operationGid
}
const ended = async (operationGid: string): Promise<UploadLook> => {
  for (let looks = 0; looks < 100; looks++) {
    const look = await shop.port.lookAtUpload(operationGid)
    if (look === null || !['CREATED', 'RUNNING', 'CANCELING'].includes(look.status)) return look as UploadLook
    await new Promise(done => setTimeout(done, 20))
  }
  throw new Error('the upload did not end')
}
const answers = async (look: UploadLook, rows: number[]): Promise<AnsweredCall[]> => {
  const found: AnsweredCall[] = []
  for await (const chunk of shop.port.readAnswers(look.answersUrl ?? '', ordinal => rows[ordinal] ?? 0)) found.push(...chunk)
  return found.toSorted((one, other) => one.ordinal - other.ordinal)
}

test('many calls go as one file; each is answered by itself, whatever the order', async () => {
  const gid = await start([
    call('one', [{ sku: 'A-1', units: 7, fromUnits: 10 }]),
    call('two', [
      { sku: 'a-2 ', units: 9, fromUnits: 77 },
      { sku: 'A-1', units: 7, fromUnits: 7, location: 'Shut' },
    ]),
    call('three', [{ sku: 'a-2 ', units: 19, fromUnits: 20 }]),
  ])
  const look = await ended(gid)
  expect(look).toMatchObject({ status: 'COMPLETED', callsDone: 3, errorCode: null })
  expect(await answers(look, [1, 2, 1])).toMatchObject([
    { ordinal: 0, outcome: { kind: 'confirmed' } },
    { ordinal: 1, outcome: { kind: 'rows_refused', rows: [{ ordinal: 1, code: 'CHANNEL_ROW_LOCATION_GONE' }] } },
    { ordinal: 2, outcome: { kind: 'confirmed' } },
  ])
  expect(await shop.available('A-1', 'Main')).toBe(7)
  expect(await shop.available('a-2 ', 'Main')).toBe(19)
})

test('a call of an upload, sent again by itself, takes effect once', async () => {
  const calls = [call('once', [{ sku: 'A-1', units: 7, fromUnits: 10 }])]
  await ended(await start(calls))
  await shop.edit('A-1', 'Main', 3)
  expect(await shop.port.send(calls[0] as FrozenCall)).toMatchObject({ kind: 'confirmed' })
  expect(await shop.available('A-1', 'Main')).toBe(3)
})

test('five are under way: the sixth is told to wait', async () => {
  await shop.dial({ bulkDelayMs: 60_000 })
  for (let at = 0; at < 5; at++) await start([call(`k${at}`, [{ sku: 'A-1', units: 7, fromUnits: 10 }])])
  const sixth = shop.port.startUpload([call('k5', [{ sku: 'A-1', units: 7, fromUnits: 10 }])], {
    filename: 'upload.jsonl',
    clientIdentifier: 'trueup-upload-6',
  })
  expect(await sixth).toMatchObject({ kind: 'busy' })
})

test('one that fails half-way has the answers of what was done', async () => {
  await shop.dial({ bulkFates: [{ kind: 'fail', at: 0.5 }] })
  const look = await ended(await start(['p', 'q'].map(key => call(key, [{ sku: 'A-1', units: 10, fromUnits: 10 }]))))
  expect(look).toMatchObject({ status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR' })
  expect(await answers(look, [1, 1])).toHaveLength(1)
})

test('one that stands still can be cancelled, and gives no answers', async () => {
  await shop.dial({ bulkFates: [{ kind: 'stall', at: 0 }] })
  const gid = await start([call('s', [{ sku: 'A-1', units: 10, fromUnits: 10 }])])
  expect(await shop.port.cancelUpload(gid)).toBeNull()
  expect(await ended(gid)).toMatchObject({ status: 'CANCELED', answersUrl: null })
  expect(await shop.port.cancelUpload(gid)).toMatch(/cannot be canceled/)
  expect(await shop.port.lookAtUpload('gid://shopify/BulkOperation/1')).toBeNull()
})

test('a line that broke inside the shop is unknown; one without the scope is refused', async () => {
  await shop.dial({ failNext: [{ kind: 'internalError', root: 'bulkLine' }] })
  const broken = await ended(await start([call('b', [{ sku: 'A-1', units: 7, fromUnits: 10 }])]))
  expect(await answers(broken, [1])).toMatchObject([{ outcome: { kind: 'unknown' } }])
  const gid = await start([call('c', [{ sku: 'A-1', units: 7, fromUnits: 10 }])])
  await shop.dial({ scopes: ['read_inventory'] })
  expect(await answers(await ended(gid), [1])).toMatchObject([{ outcome: { kind: 'call_refused', code: 'CHANNEL_SCOPE_MISSING' } }])
})

describe('trouble on the way is told as such, and to be tried again', () => {
  const faults: [title: string, fault: object, code: string][] = [
    ['the storage does not answer', { kind: 'resetBefore', root: 'stagedUpload' }, 'CHANNEL_BULK_FAILED'],
    ['the storage refuses', { kind: 'status', status: 503, root: 'stagedUpload' }, 'CHANNEL_BULK_FAILED'],
    ['the start is not answered', { kind: 'resetAfter', root: 'bulkOperationRunMutation' }, 'CHANNEL_UNREACHABLE'],
  ]
  test.each(faults)('%s', async (_title, fault, code) => {
    await shop.dial({ failNext: [fault] })
    await expect(start([call('f', [{ sku: 'A-1', units: 7, fromUnits: 10 }])])).rejects.toMatchObject({ code, retry: 'backoff' })
  })

  test('the answers break off', async () => {
    const calls = Array.from({ length: 40 }, (_, at) => call(`m${at}`, [{ sku: 'A-1', units: 10, fromUnits: 10 }]))
    const look = await ended(await start(calls))
    await shop.dial({ failNext: [{ kind: 'resetAfter', root: 'bulkResult' }] })
    await expect(
      answers(
        look,
        calls.map(() => 1),
      ),
    ).rejects.toMatchObject({ code: 'CHANNEL_BULK_FAILED' })
    expect(
      await answers(
        look,
        calls.map(() => 1),
      ),
    ).toHaveLength(40)
  })
})

test('a bulk query goes on although some looks at it are not answered', async () => {
  await shop.dial({ failNext: [{ kind: 'status', status: 503, root: 'bulkOperation', times: 3 }] })
  let levels = 0
  for await (const chunk of shop.port.readEveryLevel()) levels += chunk.levels.length
  expect(levels).toBeGreaterThan(0)
  await shop.dial({ failNext: [{ kind: 'status', status: 503, root: 'bulkOperation', times: 9 }] })
  await expect(shop.port.readEveryLevel()[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'CHANNEL_UNREACHABLE' })
})
