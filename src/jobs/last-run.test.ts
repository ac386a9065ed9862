import { expect, test } from 'vitest'
import { lastRunOf } from './last-run.ts'
import type { RunOutcome } from './store.ts'

const run = (room: string, outcome: RunOutcome | null) => ({ room, outcome })

test.each<[says: string, runs: ReturnType<typeof run>[], index: number | null]>([
  ['none is none', [], null],
  ['the newest room of one that went well', [run('b', 'finished'), run('a', 'finished')], 0],
  ['a failure is not hidden by the room after it', [run('b', 'finished'), run('a', 'failed')], 1],
  ['nor a death', [run('b', 'finished'), run('a', 'crashed')], 1],
  ['what still runs is what it does', [run('b', null), run('a', 'failed')], 0],
  ['the failure of the run before is over', [run('b', 'finished'), run('a', 'finished'), run('b', 'finished'), run('a', 'failed')], 0],
  ['one that was ended in its first room', [run('a', 'cancelled'), run('b', 'failed'), run('a', 'finished')], 0],
  ['a process that has the second room only', [run('b', 'finished'), run('b', 'failed')], 0],
])('%s', (_, runs, index) => expect(lastRunOf(runs, ['a', 'b'])).toBe(index === null ? null : runs[index]))
