import { grouped } from '../kernel/grouped.ts'
/** Why we would show another number than the tool that writes the shop now: in words, for each level where the two differ. */
export function shadowSentence(level: {
  ourUnits: number
  theirUnits: number
  promisedUnits: number
  unseenUnits: number
  /** How our promise comes about. */
  promise: string
}): string {
  const parts = [level.promise]
  if (level.unseenUnits > 0) parts.push(`less ${grouped(level.unseenUnits)} sold in the shop that no order tells us of yet`)
  const rest = level.promisedUnits - level.unseenUnits - level.ourUnits
  if (rest > 0) parts.push(`less ${rest} that the shop holds back, or that is missing where the same stock is sold`)
  if (rest < 0) parts.push('not below what the shop oversold')
  const by = level.theirUnits - level.ourUnits
  return `${parts.join(', ')}: ${grouped(level.ourUnits)}. The shop shows ${grouped(Math.abs(by))} ${by > 0 ? 'more' : 'less'}.`
}

/** The daily list is due when a day has passed since the last one, or a person has asked for one since. */
export function isShadowDue(lastRunAt: number | null, now: number, askedAt: number | null = null): boolean {
  if (lastRunAt === null || now - lastRunAt >= 86_400_000) return true
  return askedAt !== null && askedAt > lastRunAt
}

const COMPARISON_FRESH_MS = 3_600_000

/** What somebody is shown before a shop goes live has to be about the shop as it is: the newest list, done within the hour. */
export function mayGoLive(newest: { runId: number; finishedAt: number | null } | null, seenRunId: number, now: number): boolean {
  if (newest === null || newest.runId !== seenRunId || newest.finishedAt === null) return false
  return now - newest.finishedAt <= COMPARISON_FRESH_MS
}
