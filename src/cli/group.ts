import { Command } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import type { group } from '../http/contract/shop.ts'
import { plain } from '../kernel/plain.ts'
import { openApi } from './api.ts'
import { answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'

type Options = CommonOptions & { facilities: string[]; name?: string }

/** `trueup group …`: facilities whose stock a location shows as one. */
export function groupCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'the group has these facilities', no: 'there is no such facility' }
  const add = withDataDir(
    newCommand('add', 'Makes a group of facilities, or adds facilities to one.', exits, 'trueup group add ONLINE --facilities W1,S1'),
  )
    .argument('<code>', 'what the group is called')
    .requiredOption('--facilities <codes>', 'the codes of its facilities, with commas between', codesIn)
    .option('--name <name>', 'its name (default: the code)')
    .action(async (code: string, options: Options) =>
      ended(
        await answer(hands, options, async () => {
          const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
          const { facilities, name } = options
          const made = await api.post<Wire<typeof group>>('/groups', { code, facilities, ...(name === undefined ? {} : { name }) })
          return { status: EXIT.yes, json: made, text: `${plain(made.code)} is ${made.facilities.map(plain).join(', ')}.` }
        }),
      ),
    )
  return new Command('group').description('Makes groups of facilities whose stock is shown as one.').addCommand(add)
}

function codesIn(text: string): string[] {
  return text
    .split(',')
    .map(code => code.trim())
    .filter(code => code !== '')
}
