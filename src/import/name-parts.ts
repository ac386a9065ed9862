/**
 * What stands in the place of `{}` in a name: `nightly_{}_*.csv` finds `W1` in `nightly_W1_20261123.csv`. `*` is any text,
 * `?` any sign. Null where the name does not look like the pattern.
 */
export function nameParts(pattern: string, name: string): string | null {
  const [before, after, ...more] = pattern.split('{}')
  if (before === undefined || after === undefined || more.length > 0) return null
  return new RegExp(`^${source(before)}(.+?)${source(after)}$`, 'iu').exec(name)?.[1] ?? null
}

function source(pattern: string): string {
  return pattern
    .replace(/\*+/g, '*')
    .replace(/[.+^${}()|[\]\\/]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
}
