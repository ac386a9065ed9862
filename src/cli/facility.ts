import { Command } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import type { closingOfFacility } from '../http/contract/leaving.ts'
import { plain } from '../kernel/plain.ts'
import { openApi } from './api.ts'
import { answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { becomesOption } from './shop-locations.ts'

type Options = CommonOptions & { becomes?: string; reason: string }

/** `trueup facility …`: closes a facility, and opens it again. */
export function facilityCommand(hands: Hands, ended: (status: number) => void): Command {
  const send = (verb: 'close' | 'open', text: string) => async (code: string, options: Options) =>
    ended(
      await answer(hands, options, async () => {
        const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
        const { becomes, reason } = options
        const body = { reason, ...(becomes === undefined ? {} : { becomes }) }
        const done = await api.post<Wire<typeof closingOfFacility>>(`/facilities/${encodeURIComponent(code)}/${verb}`, body)
        return { status: EXIT.yes, json: done, text: `${plain(done.facility)} ${text}` }
      }),
    )
  const close = withDataDir(
    newCommand(
      'close',
      'Closes a facility: what lies there is counted still, and sold nowhere.',
      { yes: 'it is closed', no: 'there is no such facility' },
      "trueup facility close S1 --becomes zero --reason 'for good'",
    ),
  )
    .argument('<code>', 'what the facility is called')
    .addOption(becomesOption('what becomes of the numbers of locations that show it alone'))
    .requiredOption('--reason <text>', 'why it closes')
    .action(send('close', 'is closed: nothing that lies there is sold.'))
  const open = withDataDir(
    newCommand(
      'open',
      'Opens a closed facility again.',
      { yes: 'it is open', no: 'there is no such facility' },
      "trueup facility open S1 --reason 'rebuilt'",
    ),
  )
    .argument('<code>', 'what the facility is called')
    .requiredOption('--reason <text>', 'why it opens')
    .action(send('open', 'is open: its groups sell it again. Map locations of its own with `trueup shop map`.'))
  return new Command('facility').description('Closes facilities, and opens them again.').addCommand(close).addCommand(open)
}
