import type { FormatReader, Reading, RowBatch } from '../import/format-port.ts'
import { faultOf, type InspectedFault, inspectionLines, inspectionOf } from '../import/inspect.ts'
import { TrueupError } from '../kernel/error.ts'
import { EXIT, type ExitStatus } from './command.ts'
import { numberOf, plain, tableOf } from './table.ts'

export type InspectHands = {
  /** The bytes of a file, from the start. Called again for a file with very many unreadable rows. */
  openFile(path: string): AsyncIterable<Uint8Array>
  /** Reads every format that is understood. */
  reader: FormatReader
  /** Writes to standard output; a promise is waited for, so that a slow reader slows us down. */
  write(text: string): void | Promise<void>
}

/**
 * Shows a file as the import would read it, with no database and no server. With `json`, rows are written as they are read:
 * the file is never held. Gives 1 if a row was unreadable; throws if the file is.
 */
export async function inspect(hands: InspectHands, { path, json }: { path: string; json: boolean }): Promise<ExitStatus> {
  const unreadable = json ? await writeJson(hands, path) : await writeText(hands, path)
  return unreadable === 0 ? EXIT.yes : EXIT.no
}

/** More than so many unreadable rows are not held until the rows are written, but read a second time. */
const UNREADABLE_HELD_MAX = 10_000

async function writeJson(hands: InspectHands, path: string): Promise<number> {
  const reading = await open(hands, path)
  const held: InspectedFault[] = []
  let rows = 0
  let unreadable = 0
  let isFirst = true
  for await (const batch of taken(reading, path)) {
    if (isFirst) {
      // The encoding comes last: in a file that begins as ASCII it is known when its first other byte was met.
      const { encoding: _, ...known } = inspectionOf(reading, batch.rows)
      await hands.write(`${JSON.stringify(known).slice(0, -1)},"rows":[`)
      isFirst = false
    }
    if (batch.rows.length > 0) await hands.write((rows === 0 ? '' : ',\n') + batch.rows.map(row => JSON.stringify(row.cells)).join(',\n'))
    rows += batch.rows.length
    unreadable += batch.unreadable.length
    if (unreadable <= UNREADABLE_HELD_MAX) held.push(...batch.unreadable.map(faultOf))
  }
  await hands.write('],"unreadable":[')
  if (unreadable <= UNREADABLE_HELD_MAX) await hands.write(held.map(fault => JSON.stringify(fault)).join(',\n'))
  else await writeFaults(hands, path)
  await hands.write(`],"encoding":${JSON.stringify(reading.dialect.encoding)}}\n`)
  return unreadable
}

async function writeFaults(hands: InspectHands, path: string): Promise<void> {
  let isFirst = true
  for await (const { unreadable } of taken(await open(hands, path), path)) {
    if (unreadable.length === 0) continue
    await hands.write((isFirst ? '' : ',\n') + unreadable.map(row => JSON.stringify(faultOf(row))).join(',\n'))
    isFirst = false
  }
}

const ROWS_SHOWN_MAX = 10
const FAULTS_SHOWN_MAX = 20
const COLUMNS_SHOWN_MAX = 10
const CELL_CHARS_MAX = 24

async function writeText(hands: InspectHands, path: string): Promise<number> {
  const reading = await open(hands, path)
  const faults: InspectedFault[] = []
  let shown: RowBatch['rows'] | null = null
  let rows = 0
  let unreadable = 0
  for await (const batch of taken(reading, path)) {
    shown ??= batch.rows.slice(0, ROWS_SHOWN_MAX)
    rows += batch.rows.length
    unreadable += batch.unreadable.length
    faults.push(...batch.unreadable.slice(0, FAULTS_SHOWN_MAX - faults.length).map(faultOf))
  }
  shown ??= []
  const width = Math.max(reading.header?.length ?? 0, ...shown.map(row => row.cells.length))
  const headings = reading.header ?? Array.from({ length: width }, (_, i) => `column ${i + 1}`)
  const text = [
    plain(path),
    ...inspectionLines(inspectionOf(reading, shown)),
    `rows       ${numberOf(rows)}, and ${numberOf(unreadable)} unreadable`,
    '',
    tableOf(
      ['>line', ...headings.slice(0, COLUMNS_SHOWN_MAX).map(short)],
      shown.map(row => [String(row.line), ...row.cells.slice(0, COLUMNS_SHOWN_MAX).map(short)]),
    ),
  ]
  if (width > COLUMNS_SHOWN_MAX) text.push(`and ${width - COLUMNS_SHOWN_MAX} more columns`)
  if (rows > shown.length) text.push(`and ${numberOf(rows - shown.length)} more rows`)
  if (faults.length > 0)
    text.push(
      '',
      tableOf(
        ['>line', 'code', 'reason'],
        faults.map(fault => [String(fault.line), fault.code, fault.reason]),
      ),
    )
  if (unreadable > faults.length) text.push(`and ${numberOf(unreadable - faults.length)} more; --json lists them all`)
  await hands.write(`${text.join('\n')}\n`)
  return unreadable
}

function short(cell: string): string {
  const line = plain(cell)
  return line.length > CELL_CHARS_MAX ? `${line.slice(0, CELL_CHARS_MAX - 1)}…` : line
}

async function open(hands: InspectHands, path: string): Promise<Reading> {
  const reading = await hands.reader.open(hands.openFile(path)).catch(cause => Promise.reject(unreadableFile(path, cause)))
  if (reading.refusal === null) return reading
  throw new TrueupError(reading.refusal.code, `${path}: ${reading.refusal.reason}`, {
    retry: 'never',
    hint: 'Look at what the message names, and send the file as CSV (UTF-8) if nothing else helps.',
    detail: { path },
  })
}

async function* taken(reading: Reading, path: string): AsyncGenerator<RowBatch> {
  try {
    yield* reading.batches
  } catch (cause) {
    throw unreadableFile(path, cause)
  }
}

/** What the system says about a path becomes an error with a cure; anything else is a bug and stays one. */
function unreadableFile(path: string, cause: unknown): unknown {
  const code = (cause as { code?: unknown } | null)?.code
  if (cause instanceof TrueupError || typeof code !== 'string' || !(cause as { syscall?: unknown }).syscall) return cause
  return new TrueupError('CLI_FILE_UNREADABLE', `${path} cannot be read (${code}).`, {
    retry: 'never',
    hint: 'Check the path, and that your user may read the file.',
    detail: { path },
    cause,
  })
}
