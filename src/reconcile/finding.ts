import type { InstantMs } from '../kernel/clock.ts'

/**
 * How bad a finding is: `stop`, stock does not move until it is mended; `risk`, some of it does not; `note`, nothing is wrong
 * yet, or it concerns what was never sold.
 */
export type Severity = 'stop' | 'risk' | 'note'

export const SEVERITIES: readonly Severity[] = ['stop', 'risk', 'note']

/** Something that a person should know: what, since when, on what evidence, what it costs, and the one next thing to do. */
export type Finding = {
  /** Stable, with a page in docs/errors. */
  code: string
  /** What it is about; with the code its name. */
  subject: string
  severity: Severity
  /** When the cause began; null: when it was found. */
  since: InstantMs | null
  evidence: string
  /** null: not known, or not a matter of units. */
  unitsAtRisk: number | null
  shop?: string
  feed?: string
  /** The words on the button, and the page of the console where it stands. */
  action: { label: string; to: string }
}

/** The worst first: what stops everything, then by units, then the oldest. */
export function byWeight(
  one: Pick<Finding, 'severity' | 'unitsAtRisk' | 'since'>,
  other: Pick<Finding, 'severity' | 'unitsAtRisk' | 'since'>,
): number {
  return (
    SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
    (other.unitsAtRisk ?? 0) - (one.unitsAtRisk ?? 0) ||
    (one.since ?? 0) - (other.since ?? 0)
  )
}
