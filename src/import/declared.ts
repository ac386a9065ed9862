import type { DialectOverrides } from './dialect.ts'
import type { Layout } from './layout.ts'

/**
 * What a declared layout already says about how its files are written, so that it is not guessed: a file by position has no
 * header, and its first row is never taken for a title because it is short; a file by name has one.
 */
export function declaredDialect(layout: Layout): DialectOverrides {
  return layout.columnsBy === 'position' ? { hasHeader: false, preambleLines: 0 } : { hasHeader: true }
}
