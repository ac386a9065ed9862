import { expect, test } from 'vitest'
import { type Heartbeat, judgeRoom } from './room-state.ts'

const NOW = 1_000_000_000
const beat = (agoMs: number, failed?: { code: string; message: string }): Heartbeat => ({
  beatAt: NOW - agoMs,
  outcome: failed ? 'failed' : 'finished',
  code: failed?.code ?? null,
  message: failed?.message ?? null,
})
const idle = { backlog: 0, oldestAt: null, stuck: 0 }

test.each([
  ['nothing waits', 'import', idle, beat(1_000), true, 'ok', 'Nothing waits.'],
  [
    'a file came just now',
    'import',
    { backlog: 1, oldestAt: NOW - 2_000, stuck: 0 },
    beat(1_000),
    true,
    'working',
    '1 file waits to be read, the oldest for 2 s.',
  ],
  [
    'files wait for minutes',
    'import',
    { backlog: 3, oldestAt: NOW - 300_000, stuck: 0 },
    beat(1_000),
    true,
    'waiting',
    '3 files wait to be read, the oldest for 5 min.',
  ],
  [
    'a person has to decide',
    'import',
    { backlog: 3, oldestAt: NOW, stuck: 2 },
    beat(0),
    true,
    'stuck',
    '2 files are held for a person to decide.',
  ],
  [
    'its step fails',
    'channel',
    idle,
    beat(0, { code: 'X', message: 'no route to host' }),
    true,
    'stuck',
    'The last step failed and is tried again: no route to host',
  ],
  ['it has not done a step for a minute and more', 'feed', idle, beat(61_000), true, 'stopped', 'No step for 1 min.'],
  ['a large file takes its time', 'import', idle, beat(61_000), true, 'ok', 'Nothing waits.'],
  ['reconcile is held shorter', 'reconcile', idle, beat(21_000), true, 'stopped', 'No step for 21 s.'],
  ['it never did a step', 'outbox', idle, null, true, 'unknown', 'This room has not done a step yet.'],
  [
    'a shop sells a part of what is counted, which needs nobody',
    'outbox',
    { ...idle, aside: 7_000 },
    beat(0),
    true,
    'ok',
    'Nothing waits. 7,000 promises have nobody to be sent to.',
  ],
  [
    'new promises wait beside what a shop does not sell',
    'outbox',
    { backlog: 1, oldestAt: NOW - 2_000, stuck: 0, aside: 1 },
    beat(0),
    true,
    'working',
    '1 new promise waits to be queued, the oldest for 2 s. 1 promise has nobody to be sent to.',
  ],
  [
    'people paused it',
    'channel',
    { backlog: 312, oldestAt: NOW - 300_000, stuck: 0 },
    { ...beat(0), outcome: 'paused', message: 'Process Uploads to eCommerce was paused by ada: stocktaking' },
    true,
    'paused',
    'Process Uploads to eCommerce was paused by ada: stocktaking. 312 levels wait to be sent, the oldest for 5 min.',
  ],
  ['nothing to talk to', 'channel', idle, beat(0), false, 'unknown', 'No shop is connected yet.'],
  ['the catalogue is read once an hour', 'catalog', idle, beat(3_000_000), true, 'ok', 'Nothing waits.'],
] as const)('%s', (_title, room, status, heartbeat, hasShops, state, reason) => {
  expect(judgeRoom(room, { status, heartbeat, hasShops, now: NOW })).toMatchObject({ state, reason })
})
