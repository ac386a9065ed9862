import { declaredReading } from '../import/declared.ts'
import type { FormatReader, PassedOver, Reading, RowBatch } from '../import/format-port.ts'
import {
  faultOf,
  type InspectAsked,
  type InspectedFault,
  inspectionLines,
  inspectionOf,
  type Outcome,
  outcomeOf,
} from '../import/inspect.ts'
import { intakeSettings } from '../import/intake-settings.ts'
import { layoutByName } from '../import/layouts.ts'
import { tallyLines } from '../import/tally.ts'
import { TrueupError } from '../kernel/error.ts'
import { plain, plainLines } from '../kernel/plain.ts'
import { EXIT, type ExitStatus } from './command.ts'
import { numberOf, tableOf } from './table.ts'

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
 * the file is never held. Gives 1 if a row was unreadable or the file breaks; throws if it cannot be opened.
 */
export async function inspect(
  hands: InspectHands,
  { path, json, asked = AS_IT_IS }: { path: string; json: boolean; asked?: InspectAsked },
): Promise<ExitStatus> {
  const unreadable = json ? await writeJson(hands, path, asked) : await writeText(hands, path, asked)
  return unreadable === 0 ? EXIT.yes : EXIT.no
}

const AS_IT_IS: InspectAsked = { settings: intakeSettings({}), name: '', folder: '' }

/** More than so many unreadable rows are not held until the rows are written, but read a second time. */
const UNREADABLE_HELD_MAX = 10_000

async function writeJson(hands: InspectHands, path: string, asked: InspectAsked): Promise<number> {
  const reading = await open(hands, path, asked)
  const held: InspectedFault[] = []
  const passedOver: PassedOver[] = []
  const judging: { outcome: ReturnType<typeof outcomeOf> } = { outcome: null }
  let rows = 0
  let unreadable = 0
  let isFirst = true
  const begin = async (firstRows: RowBatch['rows']) => {
    // The encoding comes last: in a file that begins as ASCII it is known when its first other byte was met.
    const { encoding: _, ...known } = inspectionOf(reading, firstRows)
    await hands.write(`${JSON.stringify(known).slice(0, -1)},"rows":[`)
    judging.outcome = outcomeOf(reading, firstRows, asked)
    isFirst = false
  }
  for await (const batch of taken(reading, path)) {
    if (isFirst) await begin(batch.rows)
    judging.outcome?.take(batch)
    passedOver.push(...batch.passedOver.slice(0, PASSED_OVER_SHOWN_MAX - passedOver.length))
    if (batch.rows.length > 0) await hands.write((rows === 0 ? '' : ',\n') + batch.rows.map(row => JSON.stringify(row.cells)).join(',\n'))
    rows += batch.rows.length
    unreadable += batch.unreadable.length
    if (unreadable <= UNREADABLE_HELD_MAX) held.push(...batch.unreadable.map(faultOf))
  }
  if (isFirst) await begin([])
  await hands.write('],"unreadable":[')
  if (unreadable <= UNREADABLE_HELD_MAX) await hands.write(held.map(fault => JSON.stringify(fault)).join(',\n'))
  else await writeFaults(hands, path, asked)
  const { format, encoding } = reading.dialect
  const found = judging.outcome?.found ?? null
  const more = { encoding, format, container: reading.container, passedOver, broken: reading.end()?.broken ?? null, outcome: found }
  await hands.write(`],${JSON.stringify(more).slice(1)}\n`)
  return unreadable + (more.broken === null ? 0 : 1)
}

async function writeFaults(hands: InspectHands, path: string, asked: InspectAsked): Promise<void> {
  let isFirst = true
  for await (const { unreadable } of taken(await open(hands, path, asked), path)) {
    if (unreadable.length === 0) continue
    await hands.write((isFirst ? '' : ',\n') + unreadable.map(row => JSON.stringify(faultOf(row))).join(',\n'))
    isFirst = false
  }
}

const PASSED_OVER_SHOWN_MAX = 1_000
const ROWS_SHOWN_MAX = 10
const FAULTS_SHOWN_MAX = 20
const COLUMNS_SHOWN_MAX = 10
const CELL_CHARS_MAX = 24

async function writeText(hands: InspectHands, path: string, asked: InspectAsked): Promise<number> {
  const reading = await open(hands, path, asked)
  let outcome: ReturnType<typeof outcomeOf> = null
  const passedOver: PassedOver[] = []
  const faults: InspectedFault[] = []
  let shown: RowBatch['rows'] | null = null
  let rows = 0
  let unreadable = 0
  for await (const batch of taken(reading, path)) {
    if (shown === null) outcome = outcomeOf(reading, batch.rows, asked)
    shown ??= batch.rows.slice(0, ROWS_SHOWN_MAX)
    outcome?.take(batch)
    passedOver.push(...batch.passedOver.slice(0, FAULTS_SHOWN_MAX - passedOver.length))
    rows += batch.rows.length
    unreadable += batch.unreadable.length
    faults.push(...batch.unreadable.slice(0, FAULTS_SHOWN_MAX - faults.length).map(faultOf))
  }
  shown ??= []
  const width = Math.max(reading.header?.length ?? 0, ...shown.map(row => row.cells.length))
  const headings = reading.header ?? Array.from({ length: width }, (_, i) => `column ${i + 1}`)
  const text = [
    plain(path),
    ...inspectionLines(inspectionOf(reading, shown), reading),
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
  for (const { line, what, raw } of passedOver)
    text.push(`line ${line} ${what === 'trailer' ? 'stands below the table' : 'repeats the header'}: ${short(raw)}`)
  const broken = reading.end()?.broken ?? null
  if (broken !== null) text.push('', `The file is broken: ${broken} An import takes nothing of it.`)
  if (outcome !== null) text.push('', ...outcomeLines(outcome.found))
  if (unreadable > faults.length) text.push(`and ${numberOf(unreadable - faults.length)} more; --json lists them all`)
  await hands.write(`${plainLines(text.join('\n'))}\n`)
  return unreadable + (broken === null ? 0 : 1)
}

/** What would become of the rows, for a person. */
function outcomeLines({ layout, columns, rows, accepted, rejectedByCode, treated, problem }: Outcome): string[] {
  if (problem !== null) return [`As ${layout}: ${problem}`]
  const codes = Object.entries(rejectedByCode).map(([code, many]) => `  ${numberOf(many)} refused as ${code}`)
  return [
    `As ${layout}: ${numberOf(accepted)} rows would be taken, as far as the file alone tells.`,
    ...codes,
    ...tallyLines(treated).map(line => `  ${line}`),
    tableOf(
      columns.slice(0, COLUMNS_SHOWN_MAX).map(short),
      rows.slice(0, ROWS_SHOWN_MAX).map(row => row.slice(0, COLUMNS_SHOWN_MAX).map(short)),
    ),
  ]
}

function short(cell: string): string {
  const line = plain(cell)
  return line.length > CELL_CHARS_MAX ? `${line.slice(0, CELL_CHARS_MAX - 1)}…` : line
}

async function open(hands: InspectHands, path: string, { layout, settings }: InspectAsked): Promise<Reading> {
  const named = layout === undefined ? null : layoutByName(layout)
  const declared = named === null ? settings.reading : declaredReading(named, settings.reading)
  const reading = await hands.reader.open(hands.openFile(path), declared).catch(cause => Promise.reject(unreadableFile(path, cause)))
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
