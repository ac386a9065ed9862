import type { Command } from 'commander'
import { openApi } from './api.ts'
import { answer, type CommonOptions, EXIT, newCommand, tellError, withDataDir } from './command.ts'
import { downloadTo } from './download.ts'
import type { Flags, Hands } from './hands.ts'
import { numberOf } from './table.ts'

/** `trueup backup FILE`: the whole database at one moment, while the program runs. */
export function backupCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'the backup is whole and lies there' }
  return withDataDir(
    newCommand('backup', 'Writes the whole database into a file, while the program runs.', exits, 'trueup backup trueup.backup.gz'),
  )
    .argument('<file>', 'where it is to lie; it appears when it is whole')
    .action(async (file: string, options: CommonOptions) =>
      ended(
        await answer(hands, options, async () => {
          const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
          const size = await downloadTo(api, '/backup', file, { mode: 0o600 })
          return {
            status: EXIT.yes,
            json: { file, bytes: size },
            text: `${file}: ${numberOf(size)} bytes. Keep the data directory's keys and its kept files (homes, spool, secret.key) beside it.`,
          }
        }),
      ),
    )
}

/** `trueup restore FILE`: a backup into an empty data directory or database, while no program runs on it. */
export function restoreCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'everything is back' }
  return withDataDir(
    newCommand('restore', 'Loads a backup into an empty database.', exits, 'trueup restore trueup.backup.gz --data-dir ./restored'),
  )
    .argument('<file>', 'what `trueup backup` wrote')
    .action(async (file: string, options: CommonOptions & Flags) => {
      try {
        const tables = await hands.restore(file, options)
        hands.out.write(
          options.json ? `${JSON.stringify({ file, tables })}\n` : `${numberOf(tables)} tables are back. Start with \`trueup start\`.\n`,
        )
        ended(EXIT.yes)
      } catch (thrown) {
        ended(tellError(hands, options, thrown))
      }
    })
}
