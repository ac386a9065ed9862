import { Command } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import type { passwordShown, peopleList } from '../http/contract/people.ts'
import { plain } from '../kernel/plain.ts'
import { openApi } from './api.ts'
import { answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { ageOf, tableOf } from './table.ts'

/** `trueup user …`: who may sign in, and the way back in for whoever lost their password. */
export function userCommand(hands: Hands, ended: (status: number) => void): Command {
  const api = async (options: CommonOptions) => openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
  const list = withDataDir(newCommand('list', 'Lists the people who may sign in.', { yes: 'this is the list' }, 'trueup user list')).action(
    async (options: CommonOptions) =>
      ended(
        await answer(hands, options, async () => {
          const { people } = await (await api(options)).get<Wire<typeof peopleList>>('/people')
          const rows = people.map(person => [
            plain(person.name),
            person.role,
            person.signedInAt === null ? 'never' : `${ageOf(hands.now() - Date.parse(person.signedInAt))} ago`,
          ])
          return { status: EXIT.yes, json: people, text: tableOf(['Name', 'Role', '>Signed in'], rows) }
        }),
      ),
  )
  const exits = { yes: 'this is the new password' }
  const password = withDataDir(
    newCommand('password', 'Makes a new password for somebody who lost theirs, and prints it once.', exits, 'trueup user password admin'),
  )
    .argument('<name>', 'who it is for')
    .action(async (name: string, options: CommonOptions) =>
      ended(
        await answer(hands, options, async () => {
          const made = await (await api(options)).post<Wire<typeof passwordShown>>(`/people/${encodeURIComponent(name)}/password`)
          const text = `${plain(made.name)} signs in with ${made.password} from now on. It is shown this once; whoever was signed in so is out.`
          return { status: EXIT.yes, json: made, text }
        }),
      ),
    )
  return new Command('user').description('Lists who may sign in, and makes new passwords.').addCommand(list).addCommand(password)
}
