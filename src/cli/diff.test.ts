import { expect, test } from 'vitest'
import { diffOf } from './diff.ts'

const page = { rows: [], page: 1, pageSize: 20, total: 0, isTotalAtLeast: false }

test('when all levels are equal it says so, and the answer is yes', () =>
  expect(diffOf({ levels: 4, levelsEqual: 4, groups: [] }, page)).toMatchObject({ status: 0, text: '4 of 4 levels are equal.' }))

test('what is not equal is told by cause and level; what was never read is unknown and not zero', () => {
  const group = { cause: 'OUTBOX_NOT_LINKED', said: 'Not linked to an item of the shop', isMoving: false, levels: 1, units: 9 }
  const row = {
    sku: 'A',
    shop: 's',
    location: 'L',
    erpUnits: null,
    onHandUnits: 9,
    promisedUnits: 9,
    shopUnits: null,
    cause: group.cause,
    said: group.said,
  }
  const { status, text } = diffOf(
    { levels: 4, levelsEqual: 3, groups: [group] },
    { ...page, total: 30, rows: [{ ...row, units: 9, since: null, control: null }] },
  )
  expect(status).toBe(1)
  expect(text).toMatch(/Not linked to an item of the shop +1 +9 +OUTBOX_NOT_LINKED/)
  expect(text).toMatch(/A +s +L +unknown +9 +9 +unknown/)
  expect(text).toContain('1 of 30, largest first.')
})
