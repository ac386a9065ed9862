import { expect, test } from 'vitest'
import { afterEvent, changeBy, FILE_EVENTS, FILE_STATES, type FileState, restOf } from './file-state.ts'

const table: Record<FileState, string> = {
  receiving: 'completed→received torn→interrupted',
  interrupted: 'completed→received resumed→receiving',
  received: 'seen_before→duplicate held→held refused→failed outdated→stale staged→staged found_empty→empty',
  held: 'released→received refused→failed outdated→stale',
  staged: 'held→held refused→failed outdated→stale stage_lost→received applied→applied',
  applied: 'undone→undone',
  failed: '',
  stale: '',
  duplicate: '',
  empty: '',
  undone: '',
}

test.each(FILE_STATES)('a file that is %s goes exactly where the drawing says', state => {
  const leads = FILE_EVENTS.flatMap(event => (afterEvent(state, event) === null ? [] : [`${event}→${afterEvent(state, event)}`]))
  expect(leads.join(' ')).toBe(table[state])
})

test('an interrupted file is never staged, applied or called a replay', () => {
  for (const event of ['staged', 'applied', 'seen_before'] as const) expect(afterEvent('interrupted', event)).toBeNull()
})

test('every event leads to one state, so that one statement can make the change', () => {
  expect(Object.fromEntries(FILE_EVENTS.map(event => [event, changeBy(event).to]))).toEqual({
    completed: 'received',
    torn: 'interrupted',
    resumed: 'receiving',
    seen_before: 'duplicate',
    held: 'held',
    released: 'received',
    refused: 'failed',
    outdated: 'stale',
    staged: 'staged',
    stage_lost: 'received',
    applied: 'applied',
    found_empty: 'empty',
    undone: 'undone',
  })
})

const rest: [FileState, 'archive' | 'failed' | null][] = [
  ['receiving', null],
  ['received', null],
  ['staged', null],
  ['held', null],
  ['applied', 'archive'],
  ['duplicate', 'archive'],
  ['stale', 'archive'],
  ['undone', 'archive'],
  ['failed', 'failed'],
  ['empty', 'failed'],
  ['interrupted', 'failed'],
]

test.each(rest)('a file that is %s rests in %s', (state, where) => {
  expect(restOf(state)).toBe(where)
})
