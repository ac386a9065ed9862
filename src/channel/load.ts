/*
 * Which way a full load is sooner there. Direct calls cost points: the bucket of the shop's plan is there at once, what is more comes at
 * the plan's rate. An upload costs none, and takes its time before and after: how long, and how fast the shop works through it, nobody
 * publishes, so both are measured with every upload of that shop. The threshold follows from these figures alone.
 */

/** What the shop's plan lets direct calls spend, and what a level costs of it. */
export type Budget = { bucketPoints: number; pointsPerSecond: number; pointsPerLevel: number }
/** What the last uploads took before the shop began and after it had done, and what it did between. */
export type MeasuredUploads = { overheadMs: number; levelsPerSecond: number }

/** What an upload is taken to need before any was measured: the first is tried where direct calls would wait longer than this. */
export const FIRST_UPLOAD_MS = 60_000
/** Calls of 250 levels, before any was answered: ten points, and some for the rows. */
export const POINTS_PER_LEVEL_FIRST = 0.044
/** The plan with the fewest points, before a shop has said which it has. */
export const LEAST_BUDGET: Budget = { bucketPoints: 2_000, pointsPerSecond: 100, pointsPerLevel: POINTS_PER_LEVEL_FIRST }

/** How long direct calls wait for points, from a full bucket. */
export function directMs(levels: number, { bucketPoints, pointsPerSecond, pointsPerLevel }: Budget): number {
  return (Math.max(0, levels * pointsPerLevel - bucketPoints) / pointsPerSecond) * 1_000
}

export function uploadMs(levels: number, measured: MeasuredUploads | null): number {
  return measured === null ? FIRST_UPLOAD_MS : measured.overheadMs + (levels / measured.levelsPerSecond) * 1_000
}

/** Whether what is due is sooner there as an upload than by direct calls. */
export function isUploadWorthIt(levelsDue: number, budget: Budget, measured: MeasuredUploads | null): boolean {
  return uploadMs(levelsDue, measured) < directMs(levelsDue, budget)
}

/** From how many levels on that is so; null: never, since the plan lets direct calls write faster than the shop works through an upload. */
export function uploadFromLevels(budget: Budget, measured: MeasuredUploads | null): number | null {
  const { overheadMs, levelsPerSecond } = measured ?? { overheadMs: FIRST_UPLOAD_MS, levelsPerSecond: Number.POSITIVE_INFINITY }
  const savedPerLevelMs = (budget.pointsPerLevel / budget.pointsPerSecond - 1 / levelsPerSecond) * 1_000
  if (savedPerLevelMs <= 0) return null
  return Math.floor((overheadMs + (budget.bucketPoints / budget.pointsPerSecond) * 1_000) / savedPerLevelMs) + 1
}
