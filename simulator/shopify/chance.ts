/** Chance that can be repeated: mulberry32, small and good enough for mischief. Gives numbers in [0, 1). */
export type Chance = () => number

export function seededChance(seed: number): Chance {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A whole number from `least` to `most`, both included. */
export function between(chance: Chance, least: number, most: number): number {
  return least + Math.floor(chance() * (most - least + 1))
}

/** How long until the next of events that come at random, so many an hour on average. */
export function waitMs(chance: Chance, perHour: number): number {
  return (-Math.log(1 - chance()) / perHour) * 3_600_000
}
