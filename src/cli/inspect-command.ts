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
    .action(async (file: string, options: CommonOptions) =>
      ended(await hands.inspect(file, { json: options.json === true }).catch(thrown => tellError(hands, options, thrown))),
    )
}
