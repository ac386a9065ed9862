import { Command, InvalidArgumentError, Option } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import type { scheduleChange } from '../http/contract/job.ts'
import type { folderListed, newSource, sourceList, sourceNamed, sourceTested } from '../http/contract/source.ts'
import { plain } from '../kernel/plain.ts'
import { type Api, openApi } from './api.ts'
import { type Answer, answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { ageOf, numberOf, tableOf } from './table.ts'

type Ended = (status: number) => void

/** `trueup source …`: the SFTP servers of others that files are fetched from. */
export function sourceCommand(hands: Hands, ended: Ended): Command {
  const withApi = (options: CommonOptions, ask: (api: Api) => Promise<Answer>) =>
    answer(hands, options, async () => ask(await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })))
  const onOne = (
    name: string,
    summary: string,
    exits: { yes: string; no?: string },
    ask: (api: Api, at: string, source: string) => Promise<Answer>,
  ) =>
    withDataDir(newCommand(name, summary, exits, `trueup source ${name} netsuite`))
      .argument('<source>', 'what the source is called')
      .action(async (source: string, options: CommonOptions) =>
        ended(await withApi(options, api => ask(api, `/sources/${encodeURIComponent(source)}`, source))),
      )

  return new Command('source')
    .description('Fetches files from SFTP servers of others.')
    .addCommand(addCommand(hands, ended))
    .addCommand(
      withDataDir(newCommand('list', 'Lists the sources and how they are.', { yes: 'this is the list' }, 'trueup source list')).action(
        async (options: CommonOptions) =>
          ended(
            await withApi(options, async api => {
              const list = await api.get<Wire<typeof sourceList>>('/sources')
              return { status: EXIT.yes, json: list, text: textOf(list, hands.now()) }
            }),
          ),
      ),
    )
    .addCommand(
      onOne('test', 'Connects to a source now.', { yes: 'it lets us in', no: 'it does not' }, async (api, at) => {
        const tested = await api.post<Wire<typeof sourceTested>>(`${at}/test`)
        return { status: tested.isOk ? EXIT.yes : EXIT.no, json: tested, text: testText(tested) }
      }),
    )
    .addCommand(lsCommand(withApi, ended))
    .addCommand(
      withDataDir(
        newCommand(
          'accept',
          'Accepts the host key that a source showed last.',
          { yes: 'it is trusted' },
          'trueup source accept netsuite SHA256:…',
        ),
      )
        .argument('<source>', 'what the source is called')
        .argument('<fingerprint>', 'the fingerprint, as `trueup source test` shows it and its administrator confirms it')
        .action(async (source: string, fingerprint: string, options: CommonOptions) =>
          ended(
            await withApi(options, async api => {
              const named = await api.post<Wire<typeof sourceNamed>>(`/sources/${encodeURIComponent(source)}/accept`, { fingerprint })
              return { status: EXIT.yes, json: named, text: `${plain(named.name)} is trusted as long as it shows ${plain(fingerprint)}.` }
            }),
          ),
        ),
    )
    .addCommand(
      onOne('look', 'Looks at a source now, whatever it waits for.', { yes: 'it is looked at' }, async (api, at, source) => {
        const named = await api.post(`${at}/look`)
        return { status: EXIT.yes, json: named, text: `${plain(source)} is looked at now.` }
      }),
    )
    .addCommand(
      onOne('remove', 'Forgets a source that no feed needs.', { yes: 'it is forgotten' }, async (api, at, source) => {
        const named = await api.remove(at)
        return { status: EXIT.yes, json: named, text: `${plain(source)} is forgotten.` }
      }),
    )
}

type AddOptions = CommonOptions & {
  host: string
  port: number
  user: string
  proof: 'password' | 'key' | 'agent'
  root: string
  every: number
  cron?: string
  timeZone: string
  connectS: number
  idleS: number
  overallS: number
  keepSecret?: true
  disabled?: true
}

function addCommand(hands: Hands, ended: Ended): Command {
  const example = 'trueup source add netsuite --host sftp.example.com --user stock --proof key < id_ed25519'
  return withDataDir(newCommand('add', 'Declares a source, or changes one.', { yes: 'it is declared' }, example))
    .argument('<source>', 'what it is to be called')
    .requiredOption('--host <host>', 'its name or address')
    .option('--port <port>', 'its port', positive, 22)
    .requiredOption('--user <user>', 'the user to come in as')
    .addOption(new Option('--proof <proof>', 'what to come in with').choices(['password', 'key', 'agent']).default('password'))
    .option('--root <folder>', 'the highest folder that is looked at', '/')
    .option('--every <seconds>', 'how often to look', positive, 15)
    .option('--cron <fields>', 'look by a schedule of five fields instead, as "30 2 * * *"')
    .option('--time-zone <zone>', 'whose clock the schedule means', 'UTC')
    .option('--connect-s <seconds>', 'how long it may take to let us in', positive, 15)
    .option('--idle-s <seconds>', 'how long it may be silent', positive, 30)
    .option('--overall-s <seconds>', 'how long one visit may last', positive, 3_600)
    .option('--keep-secret', 'keep the password or key it has')
    .option('--disabled', 'do not look at it for now')
    .addHelpText('after', '\nThe password or private key comes from TRUEUP_SOURCE_SECRET or from standard input, never from an argument.')
    .action(async (name: string, options: AddOptions) => ended(await answer(hands, options, () => addSource(hands, name, options))))
}

async function addSource(hands: Hands, name: string, options: AddOptions): Promise<Answer> {
  const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
  const { host, port, user, proof, root } = options
  const isAsked = proof !== 'agent' && options.keepSecret === undefined
  const secret = isAsked ? (await hands.sourceSecret(proof === 'key' ? 'Private key' : 'Password')).replace(/\r?\n$/, '') : ''
  const body: Wire<typeof newSource> = {
    ...{ name, host, port, user, proof, root, lookEverySeconds: options.every, isEnabled: options.disabled === undefined },
    ...{ connectSeconds: options.connectS, idleSeconds: options.idleS, overallSeconds: options.overallS },
    ...(secret === '' ? {} : { secret: proof === 'key' ? `${secret}\n` : secret }),
  }
  const added = await api.post<Wire<typeof sourceNamed>>('/sources', body)
  if (options.cron !== undefined) await schedule(api, name, { cron: options.cron, timeZone: options.timeZone })
  const next = `Next: \`trueup source test ${plain(name)}\` shows its host key; compare it, then accept it.`
  return { status: EXIT.yes, json: added, text: `${plain(name)} is declared.\n${next}` }
}

/** A source with a schedule is looked at when that ticks, and not every so many seconds besides. */
async function schedule(api: Api, source: string, wanted: { cron: string; timeZone: string }): Promise<void> {
  const body: Wire<typeof scheduleChange> = { ...wanted, isRealTime: false }
  await api.put(`/jobs/import-inventory/schedule?source=${encodeURIComponent(source)}`, body)
}

function lsCommand(withApi: (options: CommonOptions, ask: (api: Api) => Promise<Answer>) => Promise<number>, ended: Ended): Command {
  return withDataDir(newCommand('ls', 'Lists a folder of a source.', { yes: 'this is in it' }, 'trueup source ls netsuite /out/csv'))
    .argument('<source>', 'what the source is called')
    .argument('[folder]', 'the folder', '/')
    .action(async (source: string, folder: string, options: CommonOptions) =>
      ended(
        await withApi(options, async api => {
          const listed = await api.get<Wire<typeof folderListed>>(
            `/sources/${encodeURIComponent(source)}/folder?path=${encodeURIComponent(folder)}`,
          )
          const rows = listed.entries.map(entry => [
            entry.kind === 'folder' ? '' : numberOf(entry.bytes),
            entry.modifiedAt.slice(0, 19).replace('T', ' '),
            `${plain(entry.name)}${entry.kind === 'folder' ? '/' : ''}`,
          ])
          const text = rows.length === 0 ? 'The folder is empty.' : tableOf(['>Bytes', 'Modified (UTC)', 'Name'], rows)
          return { status: EXIT.yes, json: listed, text }
        }),
      ),
    )
}

function textOf({ rows }: Wire<typeof sourceList>, now: number): string {
  if (rows.length === 0) return 'No source is declared. Declare one with `trueup source add`.'
  const lines = rows.map(source => {
    const drops = source.quality.reduce((sum, hour) => sum + hour.drops, 0)
    return [
      plain(source.name),
      `${plain(source.user)}@${plain(source.host)}:${source.port}`,
      source.isEnabled ? source.state.replace('_', ' ') : 'off',
      source.okAt === null ? 'never' : `${ageOf(now - Date.parse(source.okAt))} ago`,
      numberOf(drops),
      source.feeds.map(plain).join(', '),
      source.code ?? '',
    ]
  })
  return tableOf(['Name', 'Where', 'State', 'Last good look', '>Drops in 48 h', 'Feeds', 'Why'], lines)
}

function testText(tested: Wire<typeof sourceTested>): string {
  if (tested.isOk) return `${plain(tested.message)} One question took ${tested.latencyMs} ms. ${plain(tested.banner ?? '')}`.trim()
  const key = tested.shownHostKey
  const shown = key === null ? [] : [`  Its host key: ${plain(key.type)} ${plain(key.fingerprint)}`]
  return [`${tested.code}: ${plain(tested.message)}`, `  ${plain(tested.hint ?? '')}`, ...shown].join('\n')
}

function positive(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It has to be a whole number from 1.')
  return value
}
