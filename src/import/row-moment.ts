import { AS_OF_AHEAD_MS_MAX, type AsOfSettings, cellReader } from '../feed/as-of.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RawRow } from './format-port.ts'
import { columnKey } from './layout.ts'
import type { RowRejected } from './row-code.ts'
import { reject } from './row-reject.ts'
import { quoted } from './units.ts'

/** The moment that one row names; null where the feed lets the file speak for all of its rows. */
export type RowMoment = (raw: RawRow) => InstantMs | null | RowRejected

/** When what a row speaks of will be there, as its own column says; it may have come already. */
export function dueMoments(
  column: string,
  settings: Pick<AsOfSettings, 'format' | 'zone'>,
  { header }: { header: readonly string[] | null },
): RowMoment | NoColumn {
  const index = columnCalled(column, header)
  if (index < 0)
    return {
      kind: 'no_column',
      reason: `The moment of each row stands in the column ${quoted(column)}, and the file has none of that name.`,
    }
  const read = cellReader(settings)
  return raw => {
    const cell = (raw.cells[index] ?? '').trim()
    if (cell === '') return reject.fieldMissing(raw, [column])
    return (
      read(cell) ??
      reject.because(raw, 'ROW_AS_OF_UNREADABLE', `${column} is ${quoted(cell)}, which shows no moment as the feed declares it.`)
    )
  }
}

export type NoColumn = { kind: 'no_column'; reason: string }

/** How the rows of one file name their moments. Made once for each file. */
export function rowMoments(
  settings: AsOfSettings,
  { header, receivedAt }: { header: readonly string[] | null; receivedAt: InstantMs },
): RowMoment | NoColumn {
  if (settings.from !== 'column') return () => null
  const name = settings.column ?? ''
  const index = columnCalled(name, header)
  if (index < 0)
    return {
      kind: 'no_column',
      reason: `The feed finds the moment of each row in the column ${quoted(name)}, and the file has none of that name.`,
    }
  const read = cellReader(settings)
  return raw => {
    const cell = (raw.cells[index] ?? '').trim()
    if (cell === '') return reject.fieldMissing(raw, [name])
    const at = read(cell)
    if (at === null)
      return reject.because(raw, 'ROW_AS_OF_UNREADABLE', `${name} is ${quoted(cell)}, which shows no moment as the feed declares it.`)
    if (at - receivedAt > AS_OF_AHEAD_MS_MAX)
      return reject.because(raw, 'ROW_AS_OF_UNREADABLE', `${name} is ${quoted(cell)}, which is after the file came in.`)
    return Math.min(at, receivedAt)
  }
}

/** A column by its name in the header or, where there is none, by its number from 1; -1 for neither. */
export function columnCalled(name: string, header: readonly string[] | null): number {
  if (header === null) return /^[1-9]\d{0,3}$/.test(name) ? Number(name) - 1 : -1
  return header.findIndex(cell => columnKey(cell) === columnKey(name))
}
