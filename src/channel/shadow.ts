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
  if (level.unseenUnits > 0) parts.push(`less ${level.unseenUnits} sold in the shop that no order tells us of yet`)
  const rest = level.promisedUnits - level.unseenUnits - level.ourUnits
  if (rest > 0) parts.push(`less ${rest} that the shop holds back, or that is missing where the same stock is sold`)
  if (rest < 0) parts.push('not below what the shop oversold')
  const by = level.theirUnits - level.ourUnits
  return `${parts.join(', ')}: ${level.ourUnits}. The shop shows ${Math.abs(by)} ${by > 0 ? 'more' : 'less'}.`
}

/** The daily list is due when a day has passed since the last one. */
export function isShadowDue(lastRunAt: number | null, now: number): boolean {
  return lastRunAt === null || now - lastRunAt >= 86_400_000
}
