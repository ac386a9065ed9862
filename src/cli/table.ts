import { plain } from '../kernel/plain.ts'

/** Columns of text; `>` before a heading sets its column to the right. */
export function tableOf(headings: readonly string[], given: readonly (readonly string[])[]): string {
  const rows = given.map(cells => cells.map(plain))
  const columns = headings.map(plain).map(heading => ({ title: heading.replace(/^>/, ''), isRight: heading.startsWith('>') }))
  const widths = columns.map(({ title }, at) => Math.max(title.length, ...rows.map(row => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    columns
      .map(({ isRight }, at) => (isRight ? (cells[at] ?? '').padStart(widths[at] ?? 0) : (cells[at] ?? '').padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(columns.map(({ title }) => title)), ...rows.map(line)].join('\n')
}

const NUMBER = new Intl.NumberFormat('en-US')

export function numberOf(value: number): string {
  return NUMBER.format(value)
}

/** How long ago, in the one unit that says enough. */
export function ageOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000))
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 120) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`
}
