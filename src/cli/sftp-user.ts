import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import type { dropServer, sourceNamed } from '../http/contract/source.ts'
import { TrueupError } from '../kernel/error.ts'
import { plain } from '../kernel/plain.ts'
import { openApi } from './api.ts'
import { answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { numberOf, tableOf } from './table.ts'

type AddOptions = CommonOptions & { home?: string; publicKey: string[]; password?: true }

/** `trueup sftp-user …`: who may drop files on the built-in SFTP server. */
export function sftpUserCommand(hands: Hands, ended: (status: number) => void): Command {
  const api = async (options: CommonOptions) => openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
  return new Command('sftp-user')
    .description('Manages who may drop files on the built-in SFTP server.')
    .addCommand(
      withDataDir(
        newCommand(
          'add',
          'Adds a user, or gives one a new home, password or keys.',
          { yes: 'the user may come in' },
          'trueup sftp-user add erp2 --public-key erp2.pub',
        ),
      )
        .argument('<name>', 'the name to come in with')
        .option('--home <home>', 'where its files lie; two users may share one (default: the name)')
        .option(
          '--public-key <file>',
          'a .pub file of OpenSSH; may be given more than once',
          (file: string, before: string[]) => [...before, file],
          [],
        )
        .option('--password', 'give it a password, from TRUEUP_SOURCE_SECRET or standard input')
        .action(async (name: string, options: AddOptions) =>
          ended(
            await answer(hands, options, async () => {
              const password = options.password ? (await hands.sourceSecret('Password')).trim() : undefined
              const publicKeys = (await Promise.all(options.publicKey.map(readKeys))).flat()
              const added = await (await api(options)).post<Wire<typeof sourceNamed>>('/drop-server/users', {
                ...{ name, home: options.home ?? name },
                ...(password === undefined ? {} : { password }),
                ...(publicKeys.length > 0 ? { publicKeys } : {}),
              })
              return { status: EXIT.yes, json: added, text: `${plain(name)} may come in.` }
            }),
          ),
        ),
    )
    .addCommand(
      withDataDir(
        newCommand(
          'list',
          'Lists the users, and what their clients have to be told.',
          { yes: 'this is the list' },
          'trueup sftp-user list',
        ),
      ).action(async (options: CommonOptions) =>
        ended(
          await answer(hands, options, async () => {
            const server = await (await api(options)).get<Wire<typeof dropServer>>('/drop-server')
            const users = server.users.map(user => [
              plain(user.name),
              plain(user.home),
              user.hasPassword ? 'yes' : 'no',
              numberOf(user.keys.length),
            ])
            const keys = server.hostKeys.map(key => `  ${key.type} ${key.fingerprint}`)
            const text = [
              `Host ${server.host}, port ${server.port}, host keys:`,
              ...keys,
              tableOf(['User', 'Home', 'Password', '>Keys'], users),
            ]
            return { status: EXIT.yes, json: server, text: text.join('\n') }
          }),
        ),
      ),
    )
    .addCommand(
      withDataDir(
        newCommand(
          'remove',
          'Shuts a user out; its files stay.',
          { yes: 'it is shut out', no: 'there was none' },
          'trueup sftp-user remove erp2',
        ),
      )
        .argument('<name>', 'the name')
        .action(async (name: string, options: CommonOptions) =>
          ended(
            await answer(hands, options, async () => {
              const removed = await (await api(options)).remove<Wire<typeof sourceNamed>>(`/drop-server/users/${encodeURIComponent(name)}`)
              return { status: EXIT.yes, json: removed, text: `${plain(name)} is shut out.` }
            }),
          ),
        ),
    )
}

async function readKeys(file: string): Promise<string[]> {
  try {
    return (await readFile(file, 'utf8')).split(/\r?\n/).filter(line => line.trim() !== '' && !line.startsWith('#'))
  } catch (cause) {
    throw new TrueupError('CLI_FILE_UNREADABLE', `${file} cannot be read.`, {
      retry: 'never',
      hint: 'Check the path; it is taken from the folder in which you type.',
      detail: { file },
      cause,
    })
  }
}
