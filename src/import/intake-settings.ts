import type { ReadingSettings } from './reading-settings.ts'

/** What a feed declares about how its files are read and what their rows mean: the sections of its settings that are ours. */
export type IntakeSettings = { reading: ReadingSettings }

/** `settings` were validated when they were written (http/contract/feed-settings.ts); a section that is not there is empty. */
export function intakeSettings(settings: Readonly<Record<string, unknown>>): IntakeSettings {
  return { reading: (settings.reading ?? {}) as ReadingSettings }
}
