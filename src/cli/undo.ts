import { type Command, InvalidArgumentError } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import type { undoEffect } from '../http/contract/undo.ts'
import { plain } from '../kernel/plain.ts'
import { openApi } from './api.ts'
import { type Answer, answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { numberOf, tableOf } from './table.ts'

type Effect = Wire<typeof undoEffect>
type Options = CommonOptions & { dryRun?: boolean; reason: string }

/** `trueup undo FILE`: takes an applied file back, or says what that would do. */
export function undoCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'it is taken back, or would be', no: 'there is nothing to take back: later counts stand everywhere' }
  return withDataDir(newCommand('undo', 'Takes an applied file back; what happened later stands.', exits, 'trueup undo 42 --dry-run'))
    .argument('<file>', 'the number of the file', fileNumber)
    .option('--dry-run', 'only say what it would do')
    .option('--reason <text>', 'why; kept with your name', 'from the command line')
    .action(async (fileId: number, options: Options) =>
      ended(
        await answer(hands, options, async () => {
          const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
          const effect = options.dryRun
            ? await api.get<Effect>(`/files/${fileId}/undo`)
            : await api.post<Effect>(`/files/${fileId}/undo`, { reason: options.reason })
          return answerOf(effect, options.dryRun === true)
        }),
      ),
    )
}

function answerOf(effect: Effect, isDry: boolean): Answer {
  return { status: effect.positions > 0 ? EXIT.yes : EXIT.no, json: effect, text: textOf(effect, isDry) }
}

function textOf(effect: Effect, isDry: boolean): string {
  const lines = [
    isDry
      ? `${plain(effect.name)} (file ${effect.fileId}) would be taken back:`
      : `${plain(effect.name)} (file ${effect.fileId}) is taken back:`,
    `  ${numberOf(effect.positions)} positions, ${effect.units > 0 ? '+' : ''}${numberOf(effect.units)} units on hand.`,
  ]
  if (effect.overruled > 0) lines.push(`  At ${numberOf(effect.overruled)} positions a later count stands.`)
  if (effect.negative > 0)
    lines.push(`  ${numberOf(effect.negative)} positions fall below nothing: more was sold than is left without the file.`)
  const rows = effect.largest
    .filter(one => !one.isOverruled)
    .map(one => [plain(one.sku ?? one.name), plain(one.facility), `${one.beforeUnits} → ${one.afterUnits}`])
  if (rows.length > 0) lines.push('', tableOf(['product', 'facility', '>on hand'], rows))
  return lines.join('\n')
}

function fileNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It has to be the number of a file, as its page shows it.')
  return Number(text)
}
