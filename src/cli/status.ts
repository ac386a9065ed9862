import type { Command } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import type { street } from '../http/contract/street.ts'
import { plain } from '../kernel/plain.ts'
import { openApi } from './api.ts'
import { type Answer, answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { ageOf, numberOf, tableOf } from './table.ts'

type Street = Wire<typeof street>

/** `trueup status`: the street as a table, and the sentence that says whether stock is in sync. */
export function statusCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'stock is in sync, proved by reading the shops back', no: 'it is not, or nobody can say' }
  return withDataDir(newCommand('status', 'Shows every room and whether stock is in sync.', exits, 'trueup status')).action(
    async (options: CommonOptions) =>
      ended(
        await answer(hands, options, async () => {
          const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
          return answerOf(await api.get<Street>('/street'))
        }),
      ),
  )
}

export function answerOf(seen: Street): Answer {
  return { status: seen.sync.state === 'in_sync' ? EXIT.yes : EXIT.no, json: seen, text: textOf(seen) }
}

function textOf(seen: Street): string {
  const now = Date.parse(seen.observedAt)
  const rows = seen.rooms.map(room => [
    room.room,
    room.word,
    numberOf(room.backlog),
    room.oldestAt === null ? '' : ageOf(now - Date.parse(room.oldestAt)),
    room.stuck === 0 ? '' : numberOf(room.stuck),
    room.lastStep === null ? 'never' : `${ageOf(now - Date.parse(room.lastStep.at))} ago`,
    room.state === 'ok' ? '' : plain(room.reason),
  ])
  return `${plain(seen.sync.sentence)}\n\n${tableOf(['Room', 'State', '>Waiting', '>Oldest', '>Stuck', '>Last step', 'Why'], rows)}`
}
