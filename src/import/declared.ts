import type { Layout } from './layout.ts'
import type { ReadingSettings } from './reading-settings.ts'

/**
 * What a declared layout already says about how its files are written, so that it is not guessed: a file by position has no
 * header, and its first row is never taken for a title because it is short; a file by name has one. The feed's own word counts more.
 */
export function declaredReading(layout: Layout, settings: ReadingSettings = {}): ReadingSettings {
  return layout.columnsBy === 'position' ? { hasHeader: false, preambleLines: 0, ...settings } : { hasHeader: true, ...settings }
}
