import type { AsOfSettings } from '../feed/as-of.ts'
import type { Mapping } from './mapping.ts'
import type { ReadingSettings } from './reading-settings.ts'
import type { RowSettings } from './row.ts'

/** What a feed declares about how its files are read and what their rows mean: the sections of its settings that are ours. */
export type IntakeSettings = { reading: ReadingSettings; rows: RowSettings; mapping: Mapping | null; asOf: AsOfSettings | null }

/** `settings` were validated when they were written (http/contract/feed-settings.ts); a section that is not there is empty. */
export function intakeSettings(settings: Readonly<Record<string, unknown>>): IntakeSettings {
  return {
    reading: (settings.reading ?? {}) as ReadingSettings,
    rows: (settings.rows ?? {}) as RowSettings,
    mapping: (settings.mapping ?? null) as Mapping | null,
    asOf: (settings.asOf ?? null) as AsOfSettings | null,
  }
}
