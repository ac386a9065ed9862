/** Columns of text; `>` before a heading sets its column to the right. */
export function tableOf(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = headings.map(heading => ({ title: heading.replace(/^>/, ''), isRight: heading.startsWith('>') }))
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

/** Names are data: what would move the cursor or colour the terminal is shown as a question mark, and a tab, of which rows are full, as a space. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replaceAll('\t', ' ').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '?')
}
