import { expect, test } from 'vitest'
import { ORDER_LINES } from './hotwax-layouts.ts'
import { type LayoutPlan, type OrderLayout, planLayout } from './layout.ts'
import { instantOf, type OrderSettings, readOrderRow } from './order-row.ts'
import { ONLINE_RETAIL_INVOICES } from './published-layouts.ts'

function read(header: string, row: string, settings: OrderSettings = {}, layout: OrderLayout = ORDER_LINES) {
  const plan = planLayout(layout, header.split(','))
  if (plan.kind === 'mismatch') throw new Error(plan.reason)
  const raw = { line: 7, byteOffset: 100, cells: row.split(','), raw: row }
  return readOrderRow({ ...plan, layout } as LayoutPlan & { layout: OrderLayout }, raw, settings)
}

const HEADER = 'orderId,orderItemSeqId,status,facilityId,idType,idValue,quantity,eventId,eventDate,channel,reason,restock'
const said: [string, string, OrderSettings, object][] = [
  [
    'ordered at a facility',
    'O1,00101,created,NYC,SKU,A-1,2,,2026-11-24T09:30:00Z,,,',
    {},
    { word: 'ordered', orderId: 'O1', lineId: '00101', facility: { type: 'facilityId', value: 'NYC' }, parking: null, units: 2 },
  ],
  [
    'in the brokering queue',
    'O1,1,approved,_NA_,SKU,A-1,2,,,ONLINE,,',
    {},
    { word: 'ordered', facility: null, parking: '_NA_', channel: 'ONLINE' },
  ],
  [
    'a pre-order',
    'O1,1,ordered,PRE_ORDER_PARKING,,A-1,2,,,ONLINE,,',
    {},
    { parking: 'PRE_ORDER_PARKING', product: { type: 'SKU', value: 'A-1' } },
  ],
  ['no facility, but the feed names the channel', 'O1,1,ordered,,,A-1,2,,,,,', { channel: 'WEB' }, { parking: '_NA_', channel: 'WEB' }],
  ['no facility, but the feed names one', 'O1,1,ordered,,,A-1,2,,,,,', { facility: 'NYC' }, { facility: { value: 'NYC' } }],
  ['shipped', 'O1,1,ITEM_COMPLETED,NYC,,A-1,1,SH-9,,,,', {}, { word: 'shipped', eventId: 'SH-9' }],
  ['returned, and not to be sold again', 'O1,1,returned,NYC,,A-1,1,,,,,N', {}, { word: 'returned', isRestocked: false }],
  ['rejected with a reason', 'O1,1,rejected,NYC,,A-1,1,,,,NOT_IN_STOCK,', {}, { word: 'rejected', reason: 'NOT_IN_STOCK' }],
  ['cancelled wherever it was', 'O1,1,canceled,,,A-1,1,,,,,', {}, { word: 'cancelled' }],
  ['no status, a quantity below 0', 'O1,1,,NYC,,A-1,-3,,,,,', { status: 'shipped' }, { word: 'returned', units: 3 }],
  ['no status, where the feed sells at once', 'O1,1,,NYC,,A-1,3,,,,,', { status: 'shipped' }, { word: 'shipped', units: 3 }],
]
test.each(said)('a row that says: %s', (_, row, settings, expected) => {
  expect(read(HEADER, row, settings)).toMatchObject({ kind: 'read', line: 7, byteOffset: 100, ...expected })
})

test.each([
  ['a status nobody knows', 'O1,1,lost in space,NYC,,A-1,1,,,,,', 'ROW_STATUS_UNKNOWN'],
  ['no facility and no channel', 'O1,1,ordered,,,A-1,1,,,,,', 'ROW_ORDER_NOWHERE'],
  ['shipped from nowhere', 'O1,1,shipped,,,A-1,1,,,WEB,,', 'ROW_ORDER_NOWHERE'],
  ['shipped less than nothing', 'O1,1,shipped,NYC,,A-1,-1,,,,,', 'ROW_UNITS_NEGATIVE'],
  ['half a unit', 'O1,1,ordered,NYC,,A-1,1.5,,,,,', 'ROW_UNITS_NOT_WHOLE'],
  ['no quantity', 'O1,1,ordered,NYC,,A-1,,,,,,', 'ROW_FIELD_MISSING'],
  ['no order', ',1,ordered,NYC,,A-1,1,,,,,', 'ROW_FIELD_MISSING'],
  ['31 February', 'O1,1,ordered,NYC,,A-1,1,,2026-02-31,,,', 'ROW_INSTANT_UNREADABLE'],
  ['too few cells', 'O1,1,ordered', 'ROW_COLUMN_COUNT'],
])('refused: %s', (_, row, code) => expect(read(HEADER, row)).toMatchObject({ kind: 'rejected', code, raw: row, line: 7 }))

test('an invoice of Online Retail is sold at once, a quantity below 0 came back, each line by itself', () => {
  const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country'
  const settings: OrderSettings = { status: 'shipped', facility: '6' }
  expect(
    read(header, '536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom', settings, ONLINE_RETAIL_INVOICES),
  ).toMatchObject({
    ...{ word: 'shipped', orderId: '536365', lineId: '7', product: { type: 'STOCK_CODE', value: '85123A' } },
    ...{ units: 6, at: Date.UTC(2010, 11, 1, 8, 26) },
  })
  expect(
    read(header, 'C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,United Kingdom', settings, ONLINE_RETAIL_INVOICES),
  ).toMatchObject({
    ...{ word: 'returned', units: 1 },
  })
  expect(read(header, '536589,21777,,-10,2010-12-01 16:50:00,0.0,,United Kingdom', settings, ONLINE_RETAIL_INVOICES)).toMatchObject({
    ...{ kind: 'rejected', code: 'ROW_UNITS_NEGATIVE' },
  })
})

test.each([
  ['2026-11-24', Date.UTC(2026, 10, 24)],
  ['2026-11-24 09:30', Date.UTC(2026, 10, 24, 9, 30)],
  ['2026-11-24T09:30:15.250+01:00', Date.UTC(2026, 10, 24, 8, 30, 15)],
  ['2026-11-24T09:30:15-0500', Date.UTC(2026, 10, 24, 14, 30, 15)],
  ['24.11.2026', null],
  ['2026-13-01', null],
  ['2026-11-24T25:00:00Z', null],
  ['yesterday', null],
])('the instant %s', (text, expected) => expect(instantOf(text)).toBe(expected))
