import { grouped } from '../kernel/grouped.ts'
import { type Breach, type Figures, GUARDS, type Guard, type GuardLimits, judgeGuards } from './guard.ts'

/** What a feed declares on how far its files are believed. Everything is off where nothing is said. */
export type BeliefSettings = {
  guards?: GuardLimits
  releasedBy?: 'one' | 'two'
  missingRows?: 'keep' | 'zero' | 'list'
  missingPercent?: number
  keyColumn?: string
  /** Changes that an earlier file brought at the same lines are left out, unless its files may begin alike: then they count. */
  appliedBefore?: 'leave_out' | 'count'
}

/** Why a file waits for a person: a guard, or rows that are missing and would be set to nothing. */
export type HoldBreach = Omit<Breach, 'guard'> & { guard: Guard | 'missingPercent' }

export type Counted = { rows: number; units: number; zeroes: number }

/** What the last good file said of a facility beside what this one says; null where one of them says nothing of it. */
export type FacilityDiff = { code: string; name: string; before: Counted | null; after: Counted | null }

export type LargestChange = {
  facility: string
  sku: string | null
  name: string
  /** Null where the row is missing from the file. */
  line: number | null
  beforeUnits: number
  afterUnits: number
}

/** Why a file is held before anything of it moves; none: it is believed. */
export function whyHeld(
  file: Figures & { missing: number | null },
  good: readonly Figures[],
  { guards = {}, missingRows = 'keep', missingPercent = 0 }: BeliefSettings,
): HoldBreach[] {
  return [...judgeGuards(file, good, guards), ...missingBreach(file, missingRows, missingPercent)]
}

/** Whether anything has to be known of the files before: where every guard is off, nothing is asked. */
export function asksForHistory({ guards = {} }: BeliefSettings): boolean {
  return GUARDS.some(guard => guards[guard] !== undefined)
}

/** The sentence under which a held file is listed. */
export function heldReason(breaches: readonly HoldBreach[]): string {
  return `Nothing of it has moved, since it is unlike the files before it. ${breaches.map(breach => breach.sentence).join(' ')}`
}

function missingBreach({ missing, rows }: { missing: number | null; rows: number }, missingRows: string, limit: number): HoldBreach[] {
  if (missing === null || missing === 0 || missingRows !== 'zero') return []
  const found = Math.round((missing / (missing + rows)) * 1_000) / 10
  if (found <= limit) return []
  return [
    {
      ...{ guard: 'missingPercent', limit, found },
      sentence: `${grouped(missing)} positions that the last snapshot counted are not in this one (${found} %), and would be set to nothing. The feed allows ${limit} %.`,
    },
  ]
}
