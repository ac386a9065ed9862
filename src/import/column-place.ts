import { columnKey } from './layout.ts'

/**
 * Where a column stands that a person named: by its name in the header, without regard to case and blanks, or by its place,
 * `#3` for the third. Null where there is none, or two of that name.
 */
export function columnPlace(name: string, header: readonly string[] | null): number | null {
  const place = /^#(\d{1,5})$/.exec(name.trim())?.[1]
  if (place !== undefined) return Number(place) > 0 ? Number(place) - 1 : null
  if (header === null) return null
  const exact = header.indexOf(name)
  if (exact >= 0 && header.indexOf(name, exact + 1) < 0) return exact
  const key = columnKey(name)
  const alike = header.flatMap((cell, index) => (columnKey(cell) === key ? [index] : []))
  return alike.length === 1 ? (alike[0] ?? null) : null
}
