import type { Command } from 'commander'
import { type CommonOptions, newCommand, tellError } from './command.ts'
import type { Hands } from './hands.ts'

/** `trueup inspect FILE`: what an import would read in a file, without a database and without a server. */
export function inspectCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'every line could be read', no: 'some lines could not' }
  return newCommand(
    'inspect',
    'Shows how a file would be read: encoding, delimiter, layout, rows.',
    exits,
    'trueup inspect stock.csv --json',
  )
    .argument('<file>', 'the file; it is only read')
    .option('--layout <name>', 'the layout that its feed declares; without it the one that its columns show')
    .option('--settings <file>', 'what its feed declares, as JSON: reading, rows, mapping')
    .option('--folder <folder>', 'the folder that it came into, where a mapping reads it', '')
    .action(async (file: string, options: CommonOptions & { layout?: string; settings?: string; folder: string }) =>
      ended(await hands.inspect(file, { ...options, json: options.json === true }).catch(thrown => tellError(hands, options, thrown))),
    )
}
