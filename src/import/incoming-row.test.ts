import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CopyLines } from './copy-lines.ts'
import { incomingLine, putIncoming } from './incoming-row.ts'
import type { StockRow } from './row.ts'

const whole = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const units = fc.integer({ min: -2_147_483_648, max: 2_147_483_647 })
const text = fc.string({ unit: 'binary', maxLength: 30 }).filter(each => each.isWellFormed())
const row = fc.record(
  {
    kind: fc.constant('read' as const),
    line: whole,
    byteOffset: whole,
    facility: fc.constant({ type: 'externalFacilityId' as const, value: 'F1' }),
    product: fc.record({ type: fc.constant('SKU'), value: text }),
    units,
    resetBy: fc.constantFrom('on_hand_reset' as const, 'atp_reset' as const, 'count' as const, 'delta' as const),
    reason: text,
    asOf: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') }).map(Number),
  },
  { requiredKeys: ['kind', 'line', 'byteOffset', 'facility', 'product', 'units', 'resetBy'] },
)

test('rows written as bytes are the lines that they are as text, whatever they hold', () => {
  const known = fc.record({ facilityId: fc.integer({ min: 1 }), productId: fc.option(fc.integer({ min: 1 })) })
  const raw = fc.record({ raw: text, cells: fc.array(text, { maxLength: 4 }) })
  fc.assert(
    fc.property(fc.array(fc.tuple(row, known, raw), { maxLength: 2_000, size: 'max' }), rows => {
      const lines = new CopyLines()
      for (const [each, found, said] of rows) putIncoming(lines, each as StockRow, found, said)
      const expected = rows.map(([each, found, said]) => incomingLine(each as StockRow, found, said)).join('')
      expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(lines.take() ?? new Uint8Array())).toBe(expected)
      expect(lines.take()).toBeNull()
    }),
    { numRuns: 40 },
  )
})
