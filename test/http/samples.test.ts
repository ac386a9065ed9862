import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { openTestGate, type TestGate } from './gate.ts'

let gate: TestGate
let cookie: string
beforeAll(async () => {
  gate = await openTestGate()
  cookie = await gate.signIn(gate.admin.name, gate.admin.password)
})
afterAll(() => gate.close())

async function bring(text: string): Promise<string> {
  const headers = { cookie, [CONSOLE_HEADER]: '1', 'content-type': 'application/octet-stream' }
  const answer = await gate.gate.app.inject({ method: 'POST', url: '/api/v1/samples?name=a.csv', headers, payload: Buffer.from(text) })
  expect(answer.statusCode).toBe(201)
  return answer.json().id as string
}
const ask = async (id: string, what: 'preview' | 'review', payload: object) =>
  (
    await gate.gate.app.inject({
      method: 'POST',
      url: `/api/v1/samples/${id}/${what}`,
      headers: { cookie, [CONSOLE_HEADER]: '1' },
      payload,
    })
  ).json()

const FILE =
  'Item,Store,On hand,Allocated,Status\nAR-5381,TOOL,12,2,active\nBE-2349,TOOL,,1,active\nXX-1,TOOL,5,0,active\nAR-5381,NOWHERE,5,0,active\nBE-2349,TOOL,7,0,gone\n'
const TRIAL = {
  layout: 'RESET_INVENTORY',
  name: 'a.csv',
  mapping: {
    columns: [
      { to: 'externalFacilityId', from: { column: 'Store' } },
      { to: 'idType', from: { constant: 'SKU' } },
      { to: 'idValue', from: { column: 'Item' } },
      { to: 'availableQty', from: { formula: '[On hand] - Allocated' } },
    ],
    leaveOut: [{ column: 'Status', operator: 'is', values: ['gone'] }],
  },
}

test('a preview shows rows as they stand, as they are mapped, and what is wrong with each', async () => {
  const shown = await ask(await bring(FILE), 'preview', TRIAL)
  expect(shown).toMatchObject({ problem: null, container: null, written: { format: 'delimited', delimiter: ',' } })
  expect(shown.columns).toEqual(['externalFacilityId', 'idType', 'idValue', 'availableQty'])
  expect(
    shown.rows.map((row: { isLeftOut: boolean; outcomes: { cells: string[]; code: string | null }[] }) => [
      row.isLeftOut,
      ...row.outcomes.map(one => [one.code, one.cells.join()]),
    ]),
  ).toEqual([
    [false, [null, 'TOOL,SKU,AR-5381,10']],
    [false, ['ROW_FIELD_MISSING', 'TOOL,SKU,BE-2349,']],
    [false, [null, 'TOOL,SKU,XX-1,5']],
    [false, [null, 'NOWHERE,SKU,AR-5381,5']],
    [true],
  ])
})

test('a mapping that does not fit yet still shows the rows as they stand', async () => {
  const mapping = { columns: [{ to: 'idValue', from: { column: 'SKU' } }] }
  const shown = await ask(await bring(FILE), 'preview', { ...TRIAL, mapping })
  expect(shown).toMatchObject({ columns: null, problem: expect.stringContaining('no column SKU') })
  expect(shown.rows).toHaveLength(5)
})

test('a review judges every row, the catalogue included, and nothing of it stays', async () => {
  const { db } = gate.database
  const counted = async () =>
    db.query(`select (select count(*) from inventory.movement) as movements, (select count(*) from import.rejected_row) as rejected,
    (select count(*) from pg_class where relname like 'staged_%' or relname like 'incoming_%') as tables`)
  const before = await counted()
  const review = await ask(await bring(FILE + 'XX-2,TOOL,1,0,active\n'.repeat(300)), 'review', TRIAL)
  expect(review).toMatchObject({
    problem: null,
    rowsRead: 304,
    rowsAccepted: 1,
    rowsRejected: 303,
    unitsRead: 10,
    treated: { left_out: 1 },
  })
  expect(review.byCode.map(({ code, rows }: { code: string; rows: number }) => `${rows} ${code}`)).toEqual([
    '301 ROW_PRODUCT_UNKNOWN',
    '1 ROW_FACILITY_UNKNOWN',
    '1 ROW_FIELD_MISSING',
  ])
  expect(review.byCode[0].examples[0]).toMatchObject({ line: 4, raw: 'XX-1,TOOL,5,0,active' })
  expect(await counted()).toEqual(before)
})

test('what a file says of the catalogue is reviewed like an import, and not kept', async () => {
  const id = await bring('productId,sku,name\nP1,NEW-1,A new one\nP2,,\n')
  const review = await ask(id, 'review', { layout: 'PRODUCTS', name: 'p.csv' })
  expect(review).toMatchObject({ rowsRead: 2, rowsAccepted: 1, byCode: [{ code: 'ROW_FIELD_MISSING', rows: 1 }] })
  expect(await gate.database.db.query(`select 1 from catalog.product_identifier where value = 'NEW-1'`)).toEqual([])
})

test('an empty file with the columns of a layout is there for whoever asks', async () => {
  const answer = await gate.gate.app.inject({ url: '/api/v1/layouts/MDM_FAC_SFTY_STCK/template', headers: { cookie } })
  expect(answer.body).toBe(
    'facility-id,facility-external-id,product-id,product-sku,facility-safety-stock,reorder-quantity,allow-pickup\r\n',
  )
  const layouts = (await gate.gate.app.inject({ url: '/api/v1/layouts', headers: { cookie } })).json()
  expect(layouts.rows.map((row: { name: string }) => row.name)).toContain('X12_846')
})

test('a sample that is gone is said so', async () => {
  expect(await ask('00000000-0000-4000-8000-999999999999', 'preview', TRIAL)).toMatchObject({ code: 'IMPORT_SAMPLE_GONE' })
  expect(await ask('file-7', 'review', TRIAL)).toMatchObject({ code: 'IMPORT_SAMPLE_GONE' })
})
