import { expect, test } from 'vitest'
import type { RoomState } from './room-state.ts'
import { STREET } from './room-state.ts'
import { type SyncFacts, syncSentence } from './sync-sentence.ts'

const NOW = Date.UTC(2026, 10, 23, 10, 0, 0)
const MINUTE_MS = 60_000

function facts(
  changes: Partial<SyncFacts['figures']> & {
    rooms?: Partial<Record<string, { state?: RoomState; backlog?: number; sinceMs?: number }>>
  } = {},
): SyncFacts {
  const { rooms = {}, ...figures } = changes
  return {
    now: NOW,
    objectiveMs: 10 * MINUTE_MS,
    figures: {
      levels: 1_058,
      levelsEqual: 1_058,
      levelsDifferent: 0,
      levelsWaiting: 0,
      unitsAtRisk: 0,
      differentSince: null,
      comparedAt: NOW - 4_000,
      ...figures,
    },
    rooms: STREET.map(room => {
      const { state = 'ok', backlog = 0, sinceMs } = rooms[room] ?? {}
      const reason =
        state === 'stopped'
          ? 'No step for 3 min.'
          : state === 'unknown'
            ? 'This room has not done a step yet.'
            : state === 'stuck'
              ? '3 levels were refused.'
              : state === 'paused'
                ? 'Process Uploads to eCommerce was paused by ada: stocktaking.'
                : 'Nothing waits.'
      return { room, state, word: '', reason, backlog, oldestAt: sinceMs === undefined ? null : NOW - sinceMs }
    }),
    shops: [{ code: 'demo', health: 'reachable', since: NOW - MINUTE_MS, message: null }],
  }
}

test.each<[string, SyncFacts, string, string]>([
  [
    'the upload job is paused while changes wait: the whole street says so, with the name of the job',
    facts({ levelsEqual: 746, levelsWaiting: 312, rooms: { channel: { state: 'paused', backlog: 312, sinceMs: MINUTE_MS } } }),
    'not_in_sync',
    'Not in sync: 746 of 1,058 levels are equal, and Channel is paused. Process Uploads to eCommerce was paused by ada: stocktaking.',
  ],
  [
    'the upload job is paused and nothing waits',
    facts({ rooms: { channel: { state: 'paused' } } }),
    'in_sync',
    'In sync: all 1,058 levels are equal, last read back 4 s ago.',
  ],
  [
    'reading back is paused: what it proved is history',
    facts({ rooms: { reconcile: { state: 'paused' } } }),
    'unknown',
    'Unknown: nobody reads the shop back: process Uploads to eCommerce was paused by ada: stocktaking. When last compared, 4 s ago, 1,058 of 1,058 levels were equal.',
  ],
  ['everything was read back equal', facts(), 'in_sync', 'In sync: all 1,058 levels are equal, last read back 4 s ago.'],
  ['no shop', { ...facts(), shops: [] }, 'unknown', 'Unknown: no shop is connected yet.'],
  [
    'nothing was ever compared',
    facts({ comparedAt: null, levelsEqual: 0, levelsWaiting: 1_058 }),
    'unknown',
    'Unknown: nothing has been read back from the shop yet. 1,058 levels are on the way.',
  ],
  [
    'nothing is promised',
    facts({ levels: 0, levelsEqual: 0 }),
    'unknown',
    'Unknown: nothing is promised to a shop yet, so there is nothing to compare.',
  ],
  [
    'the last proof is of the day before yesterday',
    facts({ comparedAt: NOW - 50 * 60 * MINUTE_MS }),
    'unknown',
    'Unknown: the shop was last read back 2 d 2 h ago.',
  ],
  [
    'reconcile was stopped',
    facts({ rooms: { reconcile: { state: 'stopped' } } }),
    'unknown',
    'Unknown: nobody reads the shop back: no step for 3 min. When last compared, 4 s ago, 1,058 of 1,058 levels were equal.',
  ],
  [
    'reconcile was never started, although rows of an earlier proof are there',
    facts({ rooms: { reconcile: { state: 'unknown' } } }),
    'unknown',
    'Unknown: nobody reads the shop back: this room has not done a step yet. When last compared, 4 s ago, 1,058 of 1,058 levels were equal.',
  ],
  [
    'another room was stopped, so a newer file may wait',
    facts({ rooms: { inventory: { state: 'stopped' } } }),
    'unknown',
    'Unknown: Inventory does not work: no step for 3 min. When last compared, 4 s ago, 1,058 of 1,058 levels were equal.',
  ],
  [
    'levels differ',
    facts({ levelsEqual: 1_055, levelsDifferent: 3, unitsAtRisk: 7, differentSince: NOW - 41_000 }),
    'not_in_sync',
    'Not in sync: 3 of 1,058 levels differ, the oldest for 41 s; 7 units at risk.',
  ],
  [
    'a file waits to be read',
    facts({ rooms: { import: { state: 'working', backlog: 1, sinceMs: 2_000 } } }),
    'catching_up',
    'Catching up: 1,058 of 1,058 levels are equal. The oldest item waits at Import for 2 s.',
  ],
  [
    'levels are on their way',
    facts({ levelsEqual: 800, levelsWaiting: 258, rooms: { channel: { state: 'working', backlog: 258, sinceMs: 12_000 } } }),
    'catching_up',
    'Catching up: 800 of 1,058 levels are equal. 258 levels are on the way; the oldest item waits at Channel for 12 s.',
  ],
  [
    'a change has waited for just as long as it may',
    facts({ levelsEqual: 1_057, levelsWaiting: 1, rooms: { channel: { state: 'waiting', backlog: 1, sinceMs: 10 * MINUTE_MS } } }),
    'catching_up',
    'Catching up: 1,057 of 1,058 levels are equal. 1 level is on the way; the oldest item waits at Channel for 10 min.',
  ],
  [
    'a change is older than it may become, although every room works',
    facts({
      ...{ levelsEqual: 1_057, levelsWaiting: 1 },
      rooms: {
        channel: { state: 'waiting', backlog: 1, sinceMs: 11 * MINUTE_MS },
        import: { state: 'working', backlog: 4, sinceMs: 2_000 },
      },
    }),
    'not_in_sync',
    'Not in sync: 1,057 of 1,058 levels are equal, and the oldest change has waited 11 min, now at Channel; it may take 10 min. Nothing waits.',
  ],
  [
    'the house allows an hour',
    { ...facts({ rooms: { import: { state: 'working', backlog: 1, sinceMs: 50 * MINUTE_MS } } }), objectiveMs: 60 * MINUTE_MS },
    'catching_up',
    'Catching up: 1,058 of 1,058 levels are equal. The oldest item waits at Import for 50 min.',
  ],
  [
    'the shop refuses some levels for good',
    facts({ levelsEqual: 1_055, levelsWaiting: 3, rooms: { channel: { state: 'stuck', backlog: 0 } } }),
    'not_in_sync',
    'Not in sync: 1,055 of 1,058 levels are equal, and Channel needs you. 3 levels were refused.',
  ],
  [
    'Shopify is away',
    {
      ...facts({ levelsEqual: 746, levelsWaiting: 312 }),
      shops: [{ code: 'demo', health: 'unreachable', since: NOW - 18 * MINUTE_MS, message: null }],
    },
    'not_in_sync',
    'Not in sync for 18 min: Shopify does not answer for demo. 312 changes wait. It is tried again by itself; nothing to do.',
  ],
  [
    'the shop was set to read only while changes wait',
    {
      ...facts({ levelsWaiting: 2 }),
      shops: [{ code: 'demo', health: 'held', since: NOW - 18 * MINUTE_MS, message: 'the access scope of this shop is Read only' }],
    },
    'not_in_sync',
    'Not in sync for 18 min: demo is held: the access scope of this shop is Read only. 2 changes wait. What waits goes by itself once it is mended.',
  ],
  [
    'Shopify refuses the token, although all was equal before',
    { ...facts(), shops: [{ code: 'demo', health: 'refused', since: null, message: 'the access token is not valid' }] },
    'not_in_sync',
    'Not in sync: Shopify refuses us for demo: the access token is not valid.',
  ],
])('%s', (_title, given, state, sentence) => {
  expect(syncSentence(given)).toEqual({ state, sentence })
})

test('no state of a room but ok, working, waiting or stuck lets anybody say in sync', () => {
  for (const room of STREET) {
    for (const state of ['stopped', 'unknown'] as const) expect(syncSentence(facts({ rooms: { [room]: { state } } })).state).toBe('unknown')
  }
})
