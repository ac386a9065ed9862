import type { HealthFinding } from '../api/health.ts'
import type { Tone } from '../parts/state.tsx'
import { health as texts } from '../texts/health.ts'

/** How much a finding weighs, as it is shown. */
export const SEVERITY: Record<HealthFinding['severity'], { tone: Tone; word: string }> = {
  stop: { tone: 'stopped', word: texts.stopsStock },
  risk: { tone: 'stuck', word: texts.atRisk },
  note: { tone: 'unknown', word: texts.toKnow },
}
