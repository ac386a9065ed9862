import { expect, test } from 'vitest'
import { concernsOf } from './home-concerns.ts'

type Room = Parameters<typeof concernsOf>[0][number]
const rooms = (...all: [string, Room['state']][]): Room[] => all.map(([room, state]) => ({ room, state }))
const finding = (code: string, subject = 'x') => ({ code, subject })

test.each<[string, Room[], ReturnType<typeof finding>[], string[]]>([
  ['nothing where all is well', rooms(['feed', 'ok'], ['channel', 'working']), [], []],
  ['what stops, before what is stuck', rooms(['outbox', 'stuck'], ['channel', 'stopped']), [], ['channel', 'outbox']],
  ['what stops, whatever else is known', rooms(['channel', 'paused']), [finding('CHANNEL_UNREACHABLE')], ['channel']],
  ['a stuck room of which no finding speaks', rooms(['outbox', 'stuck']), [finding('IMPORT_NAMES_UNKNOWN')], ['outbox']],
  ['a stuck room whose cause a finding names: not twice', rooms(['reconcile', 'stuck']), [finding('RECONCILE_DRIFT')], []],
  ['a held file, which its finding says', rooms(['import', 'stuck']), [finding('FILE_HELD_BY_GUARD')], []],
  ['a room that fails, which a finding says by its name', rooms(['import', 'stuck']), [finding('ROOM_FAILING', 'import')], []],
  ['what only waits, where nothing else is wrong', rooms(['channel', 'waiting']), [], ['channel']],
  ['not what only waits, where something is', rooms(['channel', 'waiting']), [finding('FILE_HELD')], []],
])('what needs somebody is %s', (_, street, findings, expected) => {
  expect(concernsOf(street, findings).map(room => room.room)).toEqual(expected)
})
