import { open } from 'node:fs/promises'
import path from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import type { FileState, fileDetail, uploaded } from '../http/contract/file.ts'
import type { Wire } from '../http/contract/instant.ts'
import { tallyLines } from '../import/tally.ts'
import { TrueupError } from '../kernel/error.ts'
import { plain } from '../kernel/plain.ts'
import { type Api, openApi } from './api.ts'
import { type Answer, answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { openProgress, type Progress } from './progress.ts'
import { numberOf } from './table.ts'

type FileDetail = Wire<typeof fileDetail>

const LOOK_MS = 150
const WAIT_S_DEFAULT = 600
const CHUNK_BYTES = 256 * 1_024

/** The states in which a file stays until somebody does something. */
const RESTS: Record<FileState, boolean> = {
  receiving: false,
  received: false,
  staged: false,
  interrupted: true,
  held: true,
  applied: true,
  failed: true,
  stale: true,
  duplicate: true,
  empty: true,
  undone: true,
}

type Options = CommonOptions & { feed: string; name?: string; wait: number }

/** `trueup import FILE --feed NAME`: hands a file in at the front door and follows it until it rests. */
export function importCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'the file is applied', no: 'it is not (failed, held, stale, a duplicate, or not done in time)' }
  return withDataDir(
    newCommand('import', 'Hands a file to a feed and follows it to its end.', exits, 'trueup import stock.csv --feed inventory-reset'),
  )
    .argument('<file>', 'the file; it stays where it is')
    .requiredOption('--feed <name>', 'the feed that it belongs to')
    .option('--name <name>', 'the name under which it is handed in (default: its own)')
    .option('--wait <seconds>', 'how long to follow it; 0 only hands it in', wholeSeconds, WAIT_S_DEFAULT)
    .action(async (file: string, options: Options) => ended(await answer(hands, options, () => importFile(hands, file, options))))
}

async function importFile(hands: Hands, file: string, options: Options): Promise<Answer> {
  const progress = openProgress({ terminal: hands.err, now: hands.now })
  try {
    const source = await openSource(file)
    try {
      const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
      const name = options.name ?? path.basename(file)
      const route = `/feeds/${encodeURIComponent(options.feed)}/files?name=${encodeURIComponent(name)}`
      const { fileId } = await api.upload<Wire<typeof uploaded>>(route, chunksOf(source, progress))
      return await follow(hands, api, fileId, options.wait, progress)
    } finally {
      await source.handle.close()
    }
  } finally {
    progress.end()
  }
}

async function follow(hands: Hands, api: Api, fileId: number, waitS: number, progress: Progress): Promise<Answer> {
  const until = hands.now() + waitS * 1_000
  for (;;) {
    const file = await api.get<FileDetail>(`/files/${fileId}`)
    if (RESTS[file.state] || hands.now() >= until) return answerOf(file, { isHandedInOnly: waitS === 0 })
    progress.at(0, null, `${plain(file.name)}: ${file.state}`)
    await hands.sleep(LOOK_MS)
  }
}

export function answerOf(file: FileDetail, { isHandedInOnly }: { isHandedInOnly: boolean }): Answer {
  const isGood = file.state === 'applied' || (isHandedInOnly && !RESTS[file.state])
  return { status: isGood ? EXIT.yes : EXIT.no, json: file, text: textOf(file) }
}

function textOf(file: FileDetail): string {
  const lines = [`${plain(file.name)} (file ${file.id}) is ${file.state}${RESTS[file.state] ? '' : ' and still on its way'}.`]
  if (file.code !== null || file.reason !== null)
    lines.push(
      `  ${[file.code, file.reason]
        .filter(part => part !== null)
        .map(plain)
        .join(': ')}`,
    )
  if (file.counts !== null) {
    const { rowsRead, rowsAccepted, rowsUnchanged, rowsRejected, unitsRead } = file.counts
    const [accepted, unchanged, rejected] = [rowsAccepted, rowsUnchanged, rowsRejected].map(numberOf)
    const [read, units] = [several(rowsRead, 'row'), several(unitsRead, 'unit')]
    lines.push(`  ${read} read (${units}): ${accepted} accepted, ${unchanged} unchanged, ${rejected} rejected.`)
  }
  for (const { code, rows } of file.rejectedByCode) lines.push(`  ${code}: ${several(rows, 'row')}`)
  for (const line of tallyLines(file.treated)) lines.push(`  ${line}`)
  if (file.duplicateOf !== null) lines.push(`  It is the same as file ${file.duplicateOf}.`)
  return lines.join('\n')
}

type Source = { handle: Awaited<ReturnType<typeof open>>; bytes: number; name: string }

async function openSource(file: string): Promise<Source> {
  try {
    const handle = await open(file)
    const stat = await handle.stat()
    if (stat.isFile()) return { handle, bytes: stat.size, name: path.basename(file) }
    await handle.close()
  } catch (error) {
    throw unreadable(file, (error as NodeJS.ErrnoException).code ?? 'unknown', error)
  }
  throw unreadable(file, 'not a file')
}

function chunksOf(source: Source, progress: Progress): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream({
    async pull(controller) {
      const { bytesRead, buffer } = await source.handle.read(new Uint8Array(CHUNK_BYTES), 0, CHUNK_BYTES, sent)
      if (bytesRead === 0) return controller.close()
      sent += bytesRead
      progress.at(sent, source.bytes, `${plain(source.name)}: sending`)
      controller.enqueue(buffer.subarray(0, bytesRead))
    },
  })
}

function wholeSeconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number of seconds.')
  return Number(text)
}

function unreadable(file: string, why: string, cause?: unknown): TrueupError {
  return new TrueupError('CLI_FILE_UNREADABLE', `${file} cannot be read (${why}).`, {
    retry: 'never',
    hint: 'Check the path; it is taken from the folder in which you type.',
    detail: { file },
    cause,
  })
}

function several(count: number, one: 'row' | 'unit'): string {
  return `${numberOf(count)} ${one}${count === 1 ? '' : 's'}`
}
