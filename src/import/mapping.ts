import { columnPlace } from './column-place.ts'
import { type Ask, askOf, type Condition } from './condition.ts'
import type { RawRow } from './format-port.ts'
import { computedCell, type Formula, formulaOf } from './formula.ts'
import { nameParts } from './name-parts.ts'
import type { RowCode } from './row-code.ts'

/** Where the value of a column comes from. */
export type Source =
  | { column: string }
  | { constant: string }
  /** What stands in the place of `{}` in the file's name: `stock_{}_*.csv`. */
  | { fileName: string }
  /** The same for the folder that the file came into. */
  | { folder: string }
  | { formula: string }

export type MappedColumn = {
  /** A column of the layout. */
  to: string
  from: Source
  /** Codes of the sender and ours. */
  translate?: Readonly<Record<string, string>>
  /** What becomes of a code that the table does not have. */
  otherwise?: 'keep' | 'reject' | 'blank'
}

/** Files with a column for each facility: each row becomes as many as it has filled cells there. */
export type Wide = {
  /** Names of the columns; left out: every column that nothing else reads. */
  columns?: readonly string[]
  /** The layout's columns that take the name of the column and what stands in it. */
  facilityTo: string
  unitsTo: string
  /** Names of columns and our codes. */
  translate?: Readonly<Record<string, string>>
}

/** How the columns of a feed become the columns of a layout. */
export type Mapping = {
  columns: readonly MappedColumn[]
  wide?: Wide
  /** Rows for which one of these holds say nothing to us. */
  leaveOut?: readonly Condition[]
}

/** What is known of a file beside its rows. */
export type FileFacts = { name: string; folder: string }

export type MappedRow =
  | { kind: 'row'; row: RawRow }
  | { kind: 'left_out' }
  /** `cells` are in the columns of the layout, as far as they could be made: what a person mends and sends back. */
  | { kind: 'rejected'; code: RowCode; reason: string; cells: string[] }

export type CompiledMapping = {
  kind: 'compiled'
  /** The columns of the layout, in the order of the cells that `map` gives. */
  header: string[]
  /** What a row of the file says in the columns of the layout: nothing, one row, or one for each facility. */
  map(row: RawRow): MappedRow[]
}

export type MappingProblem = { kind: 'problem'; reason: string }

/** Lays a mapping over a file. */
export function compileMapping(
  mapping: Mapping,
  file: FileFacts & { header: readonly string[] | null; decimalSign?: '.' | ',' | undefined },
): CompiledMapping | MappingProblem {
  const cells: ((row: RawRow) => Cell)[] = []
  for (const column of mapping.columns) {
    const cell = cellOf(column, file)
    if (typeof cell === 'string') return problem(`${column.to}: ${cell}.`)
    cells.push(cell)
  }
  const asks: Ask[] = []
  for (const condition of mapping.leaveOut ?? []) {
    const ask = askOf(condition, file.header)
    if (typeof ask === 'string') return problem(`A condition for leaving out: ${ask}.`)
    asks.push(ask)
  }
  const wide = mapping.wide === undefined ? null : widePlaces(mapping, mapping.wide, file.header)
  if (typeof wide === 'string') return problem(`A column for each facility: ${wide}.`)
  const header = mapping.columns.map(column => column.to)
  if (mapping.wide !== undefined) header.push(mapping.wide.facilityTo, mapping.wide.unitsTo)
  return { kind: 'compiled', header, map: row => mapRow(row, cells, asks, wide) }
}

function mapRow(row: RawRow, cells: readonly ((row: RawRow) => Cell)[], asks: readonly Ask[], wide: WidePlace[] | null): MappedRow[] {
  if (asks.some(ask => ask(row.cells))) return [{ kind: 'left_out' }]
  const values = cells.map(cell => cell(row))
  const mapped = values.map(value => (typeof value === 'string' ? value : value.given))
  const fault = values.find(value => typeof value !== 'string')
  if (fault !== undefined && typeof fault !== 'string') {
    const blanks = wide === null ? [] : ['', '']
    return [{ kind: 'rejected', code: fault.code, reason: fault.reason, cells: [...mapped, ...blanks] }]
  }
  if (wide === null) return [{ kind: 'row', row: { ...row, cells: mapped } }]
  const rows: MappedRow[] = []
  let at = row.byteOffset
  for (const [index, cell] of row.cells.entries()) {
    const place = wide.find(one => one.place === index)
    // A blank says nothing of that facility: it is no 0.
    if (place !== undefined && cell.trim() !== '')
      rows.push({ kind: 'row', row: { ...row, byteOffset: at, cells: [...mapped, place.facility, cell] } })
    at += cell.length + 1
  }
  return rows.length > 0 ? rows : [{ kind: 'left_out' }]
}

/** `given`: what stands in the file where nothing could be made of it. */
type Cell = string | { code: RowCode; reason: string; given: string }

function cellOf(
  column: MappedColumn,
  file: FileFacts & { header: readonly string[] | null; decimalSign?: '.' | ',' | undefined },
): ((row: RawRow) => Cell) | string {
  const read = readerOf(column.from, file)
  if (typeof read === 'string' || column.translate === undefined) return read
  const { translate, otherwise = 'reject', to } = column
  return row => {
    const value = read(row)
    if (typeof value !== 'string') return value
    const code = value.trim()
    const ours = Object.hasOwn(translate, code) ? translate[code] : undefined
    if (ours !== undefined) return ours
    if (otherwise === 'keep' || code === '') return value
    return otherwise === 'blank'
      ? ''
      : { code: 'ROW_CODE_UNKNOWN', reason: `${to}: the table of the mapping has no “${short(code)}”.`, given: code }
  }
}

function readerOf(
  from: Source,
  file: FileFacts & { header: readonly string[] | null; decimalSign?: '.' | ',' | undefined },
): ((row: RawRow) => Cell) | string {
  if ('constant' in from) return () => from.constant
  if ('fileName' in from) return partOf(from.fileName, file.name, 'the name of the file')
  if ('folder' in from) return partOf(from.folder, file.folder, 'the folder')
  if ('formula' in from) {
    const formula: Formula | string = formulaOf(from.formula, file.header, file.decimalSign)
    if (typeof formula === 'string') return formula
    return row => {
      const value = formula(row.cells)
      return typeof value === 'number' ? computedCell(value) : { ...value, given: '' }
    }
  }
  const place = columnPlace(from.column, file.header)
  if (place === null) return `the file has no column ${from.column}, or two of that name`
  return row => row.cells[place] ?? ''
}

function partOf(pattern: string, text: string, what: string): (() => string) | string {
  const part = nameParts(pattern, text)
  return part === null ? `${what}, ${text}, does not look like ${pattern}` : () => part
}

type WidePlace = { place: number; facility: string }

function widePlaces(mapping: Mapping, wide: Wide, header: readonly string[] | null): WidePlace[] | string {
  if (header === null) return 'the file has no header that names them'
  const used = new Set(mapping.columns.flatMap(({ from }) => ('column' in from ? [columnPlace(from.column, header)] : [])))
  const named = wide.columns ?? header.filter((name, place) => !used.has(place) && name.trim() !== '')
  const places: WidePlace[] = []
  for (const name of named) {
    const place = columnPlace(name, header)
    if (place === null) return `the file has no column ${name}, or two of that name`
    const { translate } = wide
    places.push({ place, facility: translate !== undefined && Object.hasOwn(translate, name) ? (translate[name] ?? name) : name })
  }
  return places.length === 0 ? 'no column is left for one' : places
}

function problem(reason: string): MappingProblem {
  return { kind: 'problem', reason }
}

const SHOWN_CHARS_MAX = 60

function short(text: string): string {
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX).toWellFormed()}…` : text
}
