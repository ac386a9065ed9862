import type { InstantMs } from '../../kernel/clock.ts'

/**
 * What is left of a shop's points, as far as we know: what the last answer said, less what was asked since, plus what the
 * shop restored meanwhile. Other programs draw on the same bucket, so the shop's word always replaces ours.
 */
export type Bucket = { availablePoints: number; maxPoints: number; restorePointsPerSecond: number; at: InstantMs }

/** What every plan has at least, until the shop says what this one has. */
export function newBucket(now: InstantMs): Bucket {
  return { availablePoints: 1_000, maxPoints: 1_000, restorePointsPerSecond: 50, at: now }
}

export type ThrottleStatus = { maximumAvailable: number; currentlyAvailable: number; restoreRate: number }

/** The shop said how much is left. */
export function heard(status: ThrottleStatus, now: InstantMs): Bucket {
  return {
    availablePoints: status.currentlyAvailable,
    maxPoints: status.maximumAvailable,
    restorePointsPerSecond: status.restoreRate,
    at: now,
  }
}

/** A call that costs `points` was sent. */
export function spent(bucket: Bucket, points: number, now: InstantMs): Bucket {
  return { ...bucket, availablePoints: available(bucket, now) - points, at: Math.max(bucket.at, now) }
}

/** How long to wait until a call of `points` fits; 0: now. One that is larger than the bucket waits for the full bucket. */
export function waitMs(bucket: Bucket, points: number, now: InstantMs): number {
  const missing = Math.min(points, bucket.maxPoints) - available(bucket, now)
  return missing <= 0 ? 0 : Math.ceil((missing / bucket.restorePointsPerSecond) * 1_000)
}

function available(bucket: Bucket, now: InstantMs): number {
  const restored = (Math.max(0, now - bucket.at) / 1_000) * bucket.restorePointsPerSecond
  return Math.min(bucket.maxPoints, bucket.availablePoints + restored)
}
