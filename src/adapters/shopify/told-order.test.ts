import { expect, test } from 'vitest'
import { type ToldParcel, type ToldPart, type ToldRefund, toldOf } from './told-order.ts'

const part = (openUnits: number, totalUnits = openUnits, more: Partial<ToldPart> = {}): ToldPart => ({
  ...{ isHolding: openUnits > 0, isOver: false, locationGid: 'A' },
  lines: [{ lineGid: 'l', orderedUnits: 5, inventoryItemGid: 'i', totalUnits, remainingUnits: openUnits }],
  ...more,
})
const parcel = (units: number, more: Partial<ToldParcel> = {}): ToldParcel => ({
  ...{ isShipped: true, isCancelled: false, locationGid: 'A', shippedAt: 10, changedAt: 20 },
  lines: [{ gid: `p${units}`, lineGid: 'l', units }],
  ...more,
})
type RefundLine = ToldRefund['lines'][0]
const refund = (units: number, restockType: RefundLine['restockType'], locationGid: string | null = null): ToldRefund => ({
  at: 30,
  lines: [{ gid: `r${units}`, lineGid: 'l', units, restockType, locationGid }],
})

type Row = [title: string, ToldPart[], ToldParcel[], ToldRefund[], taken: string, moves: string]
const table: Row[] = [
  ['placed', [part(5)], [], [], 'A 5/5', ''],
  ['not routed yet', [], [], [], '', ''],
  ['shipped', [part(0, 5)], [parcel(5)], [], 'A 0/5', 'shipped 5 from A at 10'],
  ['shipped in part', [part(3, 5)], [parcel(2)], [], 'A 0/2 A 3/3', 'shipped 2 from A at 10'],
  ['shipped from elsewhere', [part(0, 5)], [parcel(5, { locationGid: 'B' })], [], 'B 0/5', 'shipped 5 from B at 10'],
  ['shipped from nobody says where', [part(0, 5)], [parcel(5, { locationGid: null })], [], 'A 0/5', 'shipped 5 from A at 10'],
  [
    'its fulfilment was cancelled',
    [part(5)],
    [parcel(5, { isShipped: false, isCancelled: true })],
    [],
    'A 5/5',
    'shipped 5 from A at 10, unshipped 5 from A at 20',
  ],
  ['its fulfilment failed', [part(5)], [parcel(5, { isShipped: false })], [], 'A 5/5', ''],
  [
    'returned to a shelf',
    [part(0, 5)],
    [parcel(5)],
    [refund(2, 'RETURN', 'A')],
    'A 0/5 A 0/-2',
    'shipped 5 from A at 10, returned 2 from A at 30',
  ],
  [
    'returned to another shelf',
    [part(0, 5)],
    [parcel(5)],
    [refund(2, 'RETURN', 'B')],
    'A 0/5 B 0/-2',
    'shipped 5 from A at 10, returned 2 from B at 30',
  ],
  ['returned, and not fit to be sold', [part(0, 5)], [parcel(5)], [refund(2, 'NO_RESTOCK')], 'A 0/5', 'shipped 5 from A at 10'],
  ['taken out before it was shipped, and put back', [part(4, 5)], [], [refund(1, 'CANCEL', 'A')], 'A 4/4', ''],
  ['taken out before it was shipped, and lost', [part(4, 5)], [], [refund(1, 'NO_RESTOCK')], 'A 4/4 A 0/1', 'lost 1 from A at 30'],
  [
    'three shipped, one put back, one lost, one of the shipped not fit',
    [part(0, 5)],
    [parcel(3)],
    [refund(1, 'CANCEL', 'A'), refund(2, 'NO_RESTOCK')],
    'A 0/3 A 0/1',
    'shipped 3 from A at 10, lost 1 from A at 30',
  ],
  ['cancelled and put back', [part(0, 5, { isOver: true })], [], [refund(5, 'CANCEL', 'A')], '', ''],
  ['cancelled and lost', [part(0, 5, { isOver: true })], [], [refund(5, 'NO_RESTOCK')], 'A 0/5', 'lost 5 from A at 30'],
]

test.each(table)('%s', (_title, parts, parcels, refunds, taken, moves) => {
  const told = toldOf(parts, parcels, refunds)
  expect(told.lines.map(line => `${line.locationGid} ${line.openUnits}/${line.takenUnits}`).join(' ')).toBe(taken)
  expect(told.moves.map(move => `${move.kind} ${move.units} from ${move.locationGid} at ${move.at}`).join(', ')).toBe(moves)
})
