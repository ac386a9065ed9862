import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { keepMonths } from '../../src/inventory/month-step.ts'
import { openTestGate, type TestGate } from './gate.ts'
import { NOW } from './seed.ts'

let house: TestGate
beforeAll(async () => {
  house = await openTestGate()
})
afterAll(() => house.close())
beforeEach(() => {
  house.clock.at = NOW
})

const get = async (url: string) => house.gate.app.inject({ url: `/api/v1${url}`, headers: { authorization: `Bearer ${house.cliToken}` } })
const send = async (url: string, payload: object, { key, method = 'POST' as const }: { key?: string; method?: 'POST' | 'PUT' } = {}) =>
  house.gate.app.inject({
    ...{ method, url: `/api/v1${url}`, payload },
    headers: { authorization: `Bearer ${house.cliToken}`, ...(key === undefined ? {} : { 'idempotency-key': key }) },
  })
const skus = async (): Promise<{ sku: string; code: string }> => {
  const rows = await house.database.db.query<{ sku: string; code: string }>(
    `select i.value as sku, f.code from catalog.product_identifier i, catalog.facility f
      where i.type = 'SKU' and i.product_id = 1 and f.facility_id = 1`,
  )
  return rows[0] ?? { sku: '', code: '' }
}
const audited = () => house.database.db.query<{ action: string; who: string }>('select action, who from audit.entry order by seq')

test('a variance with a reason: booked at once, with before and after, audited, and on the timeline of its SKU', async () => {
  const { sku, code } = await skus()
  const body = { kind: 'variance', facility: code, reason: 'VAR_DAMAGED', comment: 'fell down', lines: [{ idValue: sku, units: -2 }] }
  const booked = await send('/ledger/documents', body, { key: 'one' })
  expect(booked.statusCode).toBe(201)
  expect(booked.json()).toMatchObject({ isRepeat: false, scheduled: 0, lines: [{ sku, units: -2, beforeUnits: 30, afterUnits: 28 }] })
  const again = await send('/ledger/documents', body, { key: 'one' })
  expect(again.json()).toMatchObject({ documentId: booked.json().documentId, isRepeat: true })
  expect((await send('/ledger/documents', { ...body, comment: 'else' }, { key: 'one' })).json().code).toBe('INVENTORY_KEY_REUSED')
  const { rows } = (await get(`/stock/${sku}/movements?facility=${code}`)).json()
  expect(rows[0]).toMatchObject({
    reason: 'VAR_DAMAGED',
    reasonLabel: 'Damaged',
    onHandUnits: -2,
    onHandAfterUnits: 28,
    comment: 'fell down',
  })
  expect(
    rows.map((row: { onHandAfterUnits: number; reservedAfterUnits: number }) => [row.onHandAfterUnits, row.reservedAfterUnits]),
  ).toEqual([
    [28, 4],
    [30, 4],
    [30, 0],
  ])
  const older = (await get(`/stock/${sku}/movements?facility=${code}&before=${rows[0].seq}&limit=1`)).json()
  expect(older).toMatchObject({ isMore: true, rows: [{ seq: rows[1].seq, onHandAfterUnits: 30, reservedAfterUnits: 4 }] })
  expect((await get(`/stock/${sku}/movements?reason=VAR_EXT_RESET&facility=${code}`)).json().rows).toMatchObject([
    { onHandAfterUnits: 30, reservedAfterUnits: 0, file: { id: 1, line: 2 } },
  ])
  expect((await audited()).filter(deed => deed.action === 'document.variance')).toHaveLength(1)
})

test('the timeline goes out as CSV, whole', async () => {
  const { sku } = await skus()
  const answer = await get(`/stock/${sku}/movements/export`)
  expect(answer.headers['content-disposition']).toContain('movements.csv')
  const lines = answer.body.trim().split('\n')
  expect(lines[0]).toBe(
    'seq,recordedAt,effectiveAt,facility,bin,onHandUnits,reservedUnits,onHandAfterUnits,reservedAfterUnits,reason,reference,who,comment,documentId,fileName,line',
  )
  expect(lines.length).toBeGreaterThan(3)
})

test.each([
  ['more than there is', { kind: 'variance', reason: 'VAR_LOST', lines: [{ units: -999 }] }, 409, 'INVENTORY_RESULT_NEGATIVE'],
  ['a reason of the street', { kind: 'variance', reason: 'ORDER_SHIPPED', lines: [{ units: 1 }] }, 404, 'INVENTORY_REASON_UNKNOWN'],
  ['no units', { kind: 'variance', reason: 'VAR_LOST', lines: [{ units: 0 }] }, 400, 'HTTP_REQUEST_INVALID'],
  ['half a unit', { kind: 'receipt', lines: [{ units: 1.5 }] }, 400, 'HTTP_REQUEST_INVALID'],
  ['a count below nothing', { kind: 'count', lines: [{ units: -1 }] }, 400, 'HTTP_REQUEST_INVALID'],
  [
    'a count of tomorrow',
    { kind: 'count', effectiveAt: new Date(NOW + 1).toISOString(), lines: [{ units: 1 }] },
    409,
    'INVENTORY_COUNT_IN_FUTURE',
  ],
  ['a product nobody knows', { kind: 'receipt', lines: [{ units: 1, idValue: 'no-such' }] }, 404, 'CATALOG_SKU_NOT_FOUND'],
  ['a facility nobody knows', { kind: 'receipt', facility: 'no-such', lines: [{ units: 1 }] }, 404, 'CATALOG_FACILITY_NOT_FOUND'],
] as const)('refused: %s', async (_, body, status, code) => {
  const { sku, code: facility } = await skus()
  const lines = body.lines.map(line => ({ idValue: sku, ...line }))
  const before = await house.database.db.query('select count(*) as n from inventory.movement')
  const answer = await send('/ledger/documents', { facility, ...body, lines })
  expect([answer.statusCode, answer.json().code]).toEqual([status, code])
  expect(await house.database.db.query('select count(*) as n from inventory.movement')).toEqual(before)
})

test('what is all for later and is said twice under its key waits once, and is one deed', async () => {
  const { sku, code } = await skus()
  const later = { kind: 'receipt', facility: code, effectiveAt: new Date(NOW + 60_000).toISOString(), lines: [{ idValue: sku, units: 3 }] }
  const receipts = async () => (await audited()).filter(deed => deed.action === 'document.receipt').length
  const before = await receipts()
  expect((await send('/ledger/documents', later, { key: 'later' })).json()).toMatchObject({ isRepeat: false, scheduled: 1 })
  const repeated = { documentId: null, isRepeat: true, scheduled: 0, lines: [] }
  expect((await send('/ledger/documents', later, { key: 'later' })).json()).toEqual(repeated)
  const other = { ...later, lines: [{ idValue: sku, units: 4 }] }
  for (const one of [other, { ...other, effectiveAt: undefined }])
    expect((await send('/ledger/documents', one, { key: 'later' })).json().code).toBe('INVENTORY_KEY_REUSED')
  // Said once more when its instant has come, which is when a network that was away is back: still the same one.
  house.clock.at = NOW + 120_000
  expect((await send('/ledger/documents', later, { key: 'later' })).json()).toEqual(repeated)
  expect(await receipts()).toBe(before + 1)
  const [waiting] = (await get('/ledger/scheduled?state=waiting')).json().rows
  expect((await send(`/ledger/scheduled/${waiting.id}/cancel`, {})).statusCode).toBe(200)
})

test('a transfer whose goods travel: out now, in when they arrive; what was scheduled can be cancelled once', async () => {
  const { sku, code } = await skus()
  const [other] = await house.database.db.query<{ code: string }>('select code from catalog.facility where facility_id = 2')
  const arrivesAt = new Date(NOW + 60_000).toISOString()
  const lines = [{ idValue: sku, units: 3 }]
  const booked = await send(
    '/ledger/documents',
    { kind: 'transfer', facility: code, toFacility: other?.code, arrivesAt, lines },
    { key: 'move' },
  )
  expect(booked.json()).toMatchObject({ scheduled: 1, lines: [{ units: -3 }] })
  const { rows } = (await get('/ledger/scheduled?state=waiting')).json()
  expect(rows).toMatchObject([{ sku, units: 3, kind: 'transfer', dueAt: arrivesAt }])
  expect((await send(`/ledger/scheduled/${rows[0].id}/cancel`, {})).statusCode).toBe(200)
  expect((await send(`/ledger/scheduled/${rows[0].id}/cancel`, {})).json().code).toBe('INVENTORY_SCHEDULED_NOT_WAITING')
})

test('a document is looked up, taken back with a reason, and not twice', async () => {
  const { sku, code } = await skus()
  const { documentId } = (
    await send('/ledger/documents', { kind: 'receipt', facility: code, reference: 'PO-7', lines: [{ idValue: sku, units: 5 }] })
  ).json()
  expect((await get(`/ledger/documents/${documentId}`)).json()).toMatchObject({
    kind: 'receipt',
    lines: [{ sku, units: 5, reason: 'VAR_SHIP_RECV' }],
  })
  expect((await send(`/ledger/documents/${documentId}/reverse`, { comment: 'twice' })).json()).toMatchObject({ lines: [{ units: -5 }] })
  expect((await send(`/ledger/documents/${documentId}/reverse`, { comment: 'twice' })).json().code).toBe('INVENTORY_ALREADY_REVERSED')
  expect((await get('/ledger/documents?search=po-7')).json()).toMatchObject({
    total: 2,
    rows: [{ kind: 'reversal' }, { reversedBy: documentId + 1 }],
  })
})

test('a reason is mapped to the account of the ERP', async () => {
  const { rows } = (await send('/ledger/reasons/VAR_STOLEN', { label: 'Stolen', erpAccount: '6010 Shrinkage' }, { method: 'PUT' })).json()
  expect(rows.find((row: { reason: string }) => row.reason === 'VAR_STOLEN')).toMatchObject({
    erpAccount: '6010 Shrinkage',
    isForPeople: true,
  })
  expect(await audited()).toContainEqual({ action: 'reason.change', who: expect.any(String) })
})

test('a check says that the ledger adds up; a bent position is found and repaired', async () => {
  expect((await send('/ledger/check', {})).json().rows[0]).toMatchObject({ differing: 0 })
  await house.database.db.query('update inventory.position set on_hand_units = on_hand_units + 1 where product_id = 2')
  house.clock.at = NOW + 1
  expect((await send('/ledger/check', {})).json().rows[0]).toMatchObject({ differing: 1 })
  expect((await send('/ledger/repair', {})).json()).toEqual({ positions: 1, bins: 0 })
})

test('the months of the ledger: what each weighs, how long it is kept, and its export, after which it may go', async () => {
  const { db } = house.database
  await keepMonths(db, NOW)
  const { sku, code } = await skus()
  await send('/ledger/documents', { kind: 'receipt', facility: code, lines: [{ idValue: sku, units: 1 }] })
  const month = new Date(NOW).toISOString().slice(0, 7)
  const csv = await get(`/ledger/months/${month}/export`)
  expect(csv.body.split('\n')[0]).toContain('seq,recordedAt,effectiveAt,facility,sku')
  expect(csv.body.trim().split('\n').length).toBeGreaterThan(4)
  const { rows, policy } = (await get('/ledger/months')).json()
  expect(policy).toEqual({ keptMonths: null, needsExport: true })
  // The seed wrote into this month before it had a part of its own; the next one has.
  expect(rows).toHaveLength(1)
  expect((await send('/ledger/policy', { keptMonths: 24, needsExport: true }, { method: 'PUT' })).json()).toEqual({
    keptMonths: 24,
    needsExport: true,
  })
  expect((await get('/ledger/months/2026-13/export')).statusCode).toBe(400)
})

test('what was where at an instant', async () => {
  const { sku, code } = await skus()
  const at = new Date(NOW - 10 * 60_000).toISOString()
  const { rows } = (await get(`/stock/${sku}/at?at=${at}`)).json()
  expect(rows.find((row: { code: string }) => row.code === code)).toMatchObject({ onHandUnits: 30, reservedUnits: 0 })
})

test('files that go out: where to is said by an admin, what waits is shown, and each can be looked at', async () => {
  const target = { home: 'erp', folder: 'variances', isEnabled: true, everyMinutes: 15 }
  const set = await send('/report-targets/variances', target, { method: 'PUT' })
  expect(set.json().rows).toMatchObject([{ kind: 'variances', ...target }])
  expect((await send('/report-targets/variances', { ...target, folder: '../up' }, { method: 'PUT' })).statusCode).toBe(400)
  expect((await get('/reports')).json()).toMatchObject({ total: 0, rows: [] })
  expect((await get('/reports/9/file')).json().code).toBe('INVENTORY_REPORT_NOT_FOUND')
})
