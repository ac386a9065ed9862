import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** How often a story is killed or cut: few in CI, all in `npm run soak`. The vitest configurations say the number. */
    rounds: number
  }
}

/** How many kills or cuts this run is to take. */
export function rounds(): number {
  return inject('rounds')
}

const SOAK_ROUNDS_MIN = 30

/** The number that was promised in `npm run soak`, and a sample of it elsewhere. */
export function inSoak<T>({ full, sample }: { full: T; sample: T }): T {
  return rounds() >= SOAK_ROUNDS_MIN ? full : sample
}
