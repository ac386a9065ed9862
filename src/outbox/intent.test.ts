import { describe, expect, test } from 'vitest'
import { afterEvent, type IntentEvent, type IntentState } from './intent.ts'

const NOW = 1_000
const states = {
  pending: { kind: 'pending', dueAt: 500, attempt: 2, code: 'X' },
  sending: { kind: 'sending', callId: 'mine', attempt: 2, isWoken: false },
  wokenWhileSending: { kind: 'sending', callId: 'mine', attempt: 2, isWoken: true },
  confirmed: { kind: 'confirmed' },
  blockedUntilNumber: { kind: 'blocked', code: 'B', hint: 'b', until: 'number' },
  blockedUntilCatalog: { kind: 'blocked', code: 'B', hint: 'b', until: 'catalog' },
  blockedUntilEither: { kind: 'blocked', code: 'B', hint: 'b', until: 'either' },
} satisfies Record<string, IntentState>

const events = {
  newNumber: { kind: 'new_number' },
  readdressed: { kind: 'readdressed' },
  unaddressed: { kind: 'unaddressed', code: 'U', hint: 'u' },
  catalogRead: { kind: 'catalog_read' },
  claimed: { kind: 'claimed', callId: 'mine' },
  agrees: { kind: 'agrees' },
  postponed: { kind: 'postponed', dueAt: 1_250, code: 'W' },
  confirmed: { kind: 'call_confirmed', callId: 'mine' },
  confirmedOfAnother: { kind: 'call_confirmed', callId: 'other' },
  givenBack: { kind: 'call_given_back', callId: 'mine', dueAt: 1_100, code: 'S', countsAsAttempt: true },
  givenBackUnheard: { kind: 'call_given_back', callId: 'mine', dueAt: NOW, code: null, countsAsAttempt: false },
  givenBackOfAnother: { kind: 'call_given_back', callId: 'other', dueAt: NOW, code: null, countsAsAttempt: true },
  refused: { kind: 'refused', callId: 'mine', code: 'R', hint: 'r', until: 'number' },
  refusedByCatalog: { kind: 'refused', callId: 'mine', code: 'R', hint: 'r', until: 'catalog' },
  refusedOfAnother: { kind: 'refused', callId: 'other', code: 'R', hint: 'r', until: 'number' },
  woken: { kind: 'woken' },
  switched: { kind: 'switched' },
  reopened: { kind: 'reopened' },
  released: { kind: 'released' },
} satisfies Record<string, IntentEvent>

const FRESH = 'pending at 1000, attempt 0'
/** A row says what each state becomes, in the order of `states`. `-` is: as it was. */
const table: Record<keyof typeof events, string[]> = {
  newNumber: [FRESH, FRESH, FRESH, FRESH, FRESH, '-', FRESH],
  readdressed: Array.from({ length: 7 }, () => FRESH),
  unaddressed: Array.from({ length: 7 }, () => 'blocked U until catalog'),
  catalogRead: ['-', '-', '-', '-', '-', FRESH, FRESH],
  claimed: ['sending in mine, attempt 2', 'bug', 'bug', 'bug', 'bug', 'bug', 'bug'],
  agrees: ['confirmed', '-', '-', '-', '-', '-', '-'],
  postponed: ['pending at 1250, attempt 2, W', '-', '-', '-', '-', '-', '-'],
  confirmed: ['-', 'confirmed', FRESH, '-', '-', '-', '-'],
  confirmedOfAnother: ['-', '-', '-', '-', '-', '-', '-'],
  givenBack: ['-', 'pending at 1100, attempt 3, S', 'pending at 1100, attempt 3, S', '-', '-', '-', '-'],
  givenBackUnheard: ['-', 'pending at 1000, attempt 2', 'pending at 1000, attempt 2', '-', '-', '-', '-'],
  givenBackOfAnother: ['-', '-', '-', '-', '-', '-', '-'],
  refused: ['-', 'blocked R until number', FRESH, '-', '-', '-', '-'],
  refusedByCatalog: ['-', 'blocked R until catalog', 'blocked R until catalog', '-', '-', '-', '-'],
  refusedOfAnother: ['-', '-', '-', '-', '-', '-', '-'],
  woken: ['-', 'sending in mine, attempt 2, woken', '-', FRESH, '-', '-', '-'],
  switched: ['-', 'sending in mine, attempt 2, woken', '-', FRESH, FRESH, '-', FRESH],
  reopened: ['-', '-', '-', FRESH, '-', '-', '-'],
  released: ['-', '-', '-', '-', FRESH, FRESH, FRESH],
}

function inWords(state: IntentState): string {
  switch (state.kind) {
    case 'pending':
      return `pending at ${state.dueAt}, attempt ${state.attempt}${state.code ? `, ${state.code}` : ''}`
    case 'sending':
      return `sending in ${state.callId}, attempt ${state.attempt}${state.isWoken ? ', woken' : ''}`
    case 'confirmed':
      return 'confirmed'
    case 'blocked':
      return `blocked ${state.code} until ${state.until}`
  }
}

describe('every intent, at every event', () => {
  const cases = Object.entries(table).flatMap(([event, results]) =>
    Object.keys(states).map((state, at) => [event, state, results[at]] as [keyof typeof events, keyof typeof states, string]),
  )
  test.each(cases)('%s to a %s one', (event, state, expected) => {
    const become = () => afterEvent(states[state], events[event], NOW)
    if (expected === 'bug') expect(become).toThrow('bug')
    else expect(inWords(become())).toBe(expected === '-' ? inWords(states[state]) : expected)
  })
})

test('10, then 5, then 10 again: the call that is out speaks for the first only', () => {
  const out = afterEvent(states.pending, events.claimed, NOW)
  const newer = afterEvent(out, events.newNumber, NOW)
  expect(inWords(newer)).toBe(FRESH)
  expect(afterEvent(newer, events.confirmed, NOW)).toBe(newer)
})
