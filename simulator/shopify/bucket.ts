/*
 * The leaky bucket of one app on one shop. A call reserves what it asks for before it runs and gets back what it did
 * not use. The plans' restore rates are published; that the bucket holds twenty seconds of it was seen on a
 * development store (2,000 points at 100 a second) and is taken to hold for the others.
 */

import type { Plan } from './shop-file.ts'

export const RESTORE_POINTS_PER_SECOND: Record<Plan, number> = { basic: 100, grow: 100, advanced: 200, plus: 1_000, enterprise: 2_000 }
const BUCKET_SECONDS = 20

export type ThrottleStatus = { maximumAvailable: number; currentlyAvailable: number; restoreRate: number }

export class Bucket {
  readonly #restoreRate: number
  readonly #maximum: number
  #available: number
  #at: number

  constructor(plan: Plan, now: number) {
    this.#restoreRate = RESTORE_POINTS_PER_SECOND[plan]
    this.#maximum = this.#restoreRate * BUCKET_SECONDS
    this.#available = this.#maximum
    this.#at = now
  }

  /** Takes the points, or takes none and says no. */
  reserve(points: number, now: number): boolean {
    this.#restore(now)
    if (points > this.#available) return false
    this.#available -= points
    return true
  }

  refund(points: number, now: number): void {
    this.#restore(now)
    this.#available = Math.min(this.#maximum, this.#available + points)
  }

  /** As after a burst of other apps' calls: a dial, not a rule. */
  drain(now: number): void {
    this.#restore(now)
    this.#available = 0
  }

  status(now: number): ThrottleStatus {
    this.#restore(now)
    return { maximumAvailable: this.#maximum, currentlyAvailable: Math.floor(this.#available), restoreRate: this.#restoreRate }
  }

  #restore(now: number): void {
    const seconds = Math.max(0, now - this.#at) / 1_000
    this.#available = Math.min(this.#maximum, this.#available + seconds * this.#restoreRate)
    this.#at = Math.max(this.#at, now)
  }
}
