import { Command, InvalidArgumentError, Option } from 'commander'
import type { feedFindings, feedList, feedNamed, takenIn } from '../http/contract/feed.ts'
import type { Wire } from '../http/contract/instant.ts'
import { plain } from '../kernel/plain.ts'
import { type Api, openApi } from './api.ts'
import { type Answer, answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { ageOf, numberOf, tableOf } from './table.ts'

type FeedOptions = CommonOptions & {
  layout?: string
  folder?: string
  home?: string
  pattern?: string
  kind?: 'snapshot' | 'delta'
  door?: 'sftp' | 'folder' | 'remote'
  source?: string
  remoteFolder?: string
  remoteArchive?: string
  remoteFailed?: string
  afterCommit?: 'move' | 'delete' | 'leave'
  priority?: number
  follows?: string
  enabled?: boolean
  reason?: string
}

/** `trueup feed …`: where files belong, and what lies elsewhere. */
export function feedCommand(hands: Hands, ended: (status: number) => void): Command {
  const withApi = (options: CommonOptions, ask: (api: Api) => Promise<Answer>) =>
    answer(hands, options, async () => ask(await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })))

  const add = withDataDir(
    newCommand('add', 'Declares a feed.', { yes: 'it is declared' }, 'trueup feed add netsuite --layout RESET_INVENTORY --folder netsuite'),
  )
    .argument('<feed>', 'what it is to be called')
    .requiredOption('--layout <layout>', 'what its columns mean, as RESET_INVENTORY')
    .requiredOption('--folder <folder>', 'its folder, or with names of your own: netsuite/item/{csv,archive,failed,error}')
  withFields(add).action(async (name: string, options: FeedOptions) =>
    ended(
      await withApi(options, async api => {
        const made = await api.post<Wire<typeof feedNamed>>('/feeds', { name, ...fieldsOf(options) })
        return { status: EXIT.yes, json: made, text: `${plain(name)} is declared. \`trueup feed list\` shows the path for its sender.` }
      }),
    ),
  )

  const change = withDataDir(
    newCommand('change', 'Changes a feed; what is not named stays.', { yes: 'it is changed' }, 'trueup feed change netsuite --priority 1'),
  )
    .argument('<feed>', 'what it is called')
    .option('--layout <layout>', 'what its columns mean')
    .option('--folder <folder>', 'its folder')
    .option('--reason <reason>', 'why; it is kept in the audit log')
    .option('--no-enabled', 'do not read its files for now')
    .option('--enabled', 'read its files again')
  withFields(change).action(async (name: string, options: FeedOptions) =>
    ended(
      await withApi(options, async api => {
        const { enabled, reason } = options
        const body = { ...fieldsOf(options), ...(enabled === undefined ? {} : { isEnabled: enabled }), ...(reason ? { reason } : {}) }
        const changed = await api.put<Wire<typeof feedNamed>>(`/feeds/${encodeURIComponent(name)}`, body)
        return { status: EXIT.yes, json: changed, text: `${plain(name)} is changed.` }
      }),
    ),
  )

  const list = withDataDir(newCommand('list', 'Lists the feeds.', { yes: 'this is the list' }, 'trueup feed list')).action(
    async (options: CommonOptions) =>
      ended(
        await withApi(options, async api => {
          const feeds = await api.get<Wire<typeof feedList>>('/feeds')
          return { status: EXIT.yes, json: feeds, text: listText(feeds, hands.now()) }
        }),
      ),
  )

  const findings = withDataDir(
    newCommand('findings', 'Says what is missing and what lies elsewhere.', { yes: 'nothing', no: 'these' }, 'trueup feed findings'),
  ).action(async (options: CommonOptions) =>
    ended(
      await withApi(options, async api => {
        const found = await api.get<Wire<typeof feedFindings>>('/feed-findings')
        const lines = found.rows.map(
          row =>
            `${row.code}: ${row.stray === null ? '' : `${plain(row.stray.path)}: `}${plain(row.reason)}${row.stray === null ? '' : `\n  trueup feed take-in ${row.stray.id} ${plain(row.feed ?? 'FEED')}`}`,
        )
        const text = lines.length === 0 ? 'Every file is where it belongs, and none is missing.' : lines.join('\n')
        return { status: lines.length === 0 ? EXIT.yes : EXIT.no, json: found, text }
      }),
    ),
  )

  const takeIn = withDataDir(
    newCommand('take-in', 'Takes a file that lies elsewhere into a feed.', { yes: 'it is taken in' }, 'trueup feed take-in 7 netsuite'),
  )
    .argument('<number>', 'as `trueup feed findings` shows it')
    .argument('<feed>', 'the feed')
    .action(async (id: string, feed: string, options: CommonOptions) =>
      ended(
        await withApi(options, async api => {
          const taken = await api.post<Wire<typeof takenIn>>(`/strays/${encodeURIComponent(id)}/take-in`, { feed })
          const text = taken.fileId === null ? 'It was moved on its server and is fetched from there.' : `It is file ${taken.fileId} now.`
          return { status: EXIT.yes, json: taken, text }
        }),
      ),
    )

  const command = new Command('feed').description('Says where files belong, when they are due, and what lies elsewhere.')
  for (const one of [add, change, list, findings, takeIn]) command.addCommand(one)
  return command
}

function withFields(command: Command): Command {
  return command
    .option('--home <home>', 'the home of the SFTP user who drops its files')
    .option('--pattern <pattern>', 'the names it takes, with * and ?')
    .addOption(new Option('--kind <kind>', 'a snapshot says what is there, a delta what changed').choices(['snapshot', 'delta']))
    .addOption(new Option('--door <door>', 'how its files come').choices(['sftp', 'folder', 'remote']))
    .option('--source <source>', 'of a remote feed: the source')
    .option('--remote-folder <folder>', 'the folder there')
    .option('--remote-archive <folder>', 'where files go there that were imported')
    .option('--remote-failed <folder>', '… and those that failed')
    .addOption(new Option('--after-commit <what>', 'what becomes of a file there').choices(['move', 'delete', 'leave']))
    .option('--priority <number>', 'from 1, read first, to 9', priority)
    .option('--follows <feed>', 'the feed whose files have to be through first')
}

function fieldsOf(options: FeedOptions): Record<string, unknown> {
  const {
    layout,
    folder,
    home,
    pattern,
    kind,
    door,
    source,
    remoteFolder,
    remoteArchive,
    remoteFailed,
    afterCommit,
    priority: order,
    follows,
  } = options
  const fields = {
    ...{ layout, folder, home, namePattern: pattern, fileKind: kind, door, source, remoteFolder, remoteArchive, remoteFailed },
    ...{ afterCommit, priority: order, follows },
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function listText({ rows }: Wire<typeof feedList>, now: number): string {
  const lines = rows.map(feed => [
    plain(feed.name),
    feed.layout,
    plain(feed.door === 'remote' ? `${feed.source}:${feed.path}` : `${feed.home}:${feed.path}`),
    plain(feed.namePattern),
    numberOf(feed.files),
    feed.lastReceivedAt === null ? 'never' : `${ageOf(now - Date.parse(feed.lastReceivedAt))} ago`,
    feed.due?.silentSince ? `silent for ${ageOf(now - Date.parse(feed.due.silentSince))}` : feed.isEnabled ? '' : 'off',
  ])
  return tableOf(['Feed', 'Layout', 'Where', 'Names', '>Files', 'Last file', ''], lines)
}

function priority(text: string): number {
  if (!/^[1-9]$/.test(text)) throw new InvalidArgumentError('It has to be a number from 1 to 9.')
  return Number(text)
}
