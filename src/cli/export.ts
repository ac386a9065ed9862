import { Argument, type Command } from 'commander'
import { EXPORTED_LAYOUTS } from '../http/contract/export.ts'
import { openApi } from './api.ts'
import { answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import { downloadTo } from './download.ts'
import type { Hands } from './hands.ts'
import { numberOf } from './table.ts'

/** `trueup export LAYOUT FILE`: what comes in by file goes out in the same columns. */
export function exportCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'everything of the layout lies there' }
  return withDataDir(
    newCommand(
      'export',
      'Writes everything of one layout as CSV, which comes in again as it is.',
      exits,
      'trueup export RESET_INVENTORY stock.csv',
    ),
  )
    .addArgument(new Argument('<layout>', 'in which columns').choices(EXPORTED_LAYOUTS))
    .argument('<file>', 'where it is to lie; it appears when it is whole')
    .action(async (layout: string, file: string, options: CommonOptions) =>
      ended(
        await answer(hands, options, async () => {
          const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
          const bytes = await downloadTo(api, `/exports/${layout}`, file)
          return { status: EXIT.yes, json: { layout, file, bytes }, text: `${file}: ${numberOf(bytes)} bytes of ${layout}.` }
        }),
      ),
    )
}
