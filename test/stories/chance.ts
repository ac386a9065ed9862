/** Numbers from 0 to 1 that are the same for the same seed: chance that can be replayed. */
export function seededChance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** How often a story does what it does at random: a few times at every change, `npm run soak` in full. */
export function times(of: { ci: number; soak: number }): number {
  return process.env.TRUEUP_SOAK === '1' ? of.soak : of.ci
}

/** Another seed, to look further: TRUEUP_SEED=7. */
export const SEED = Number(process.env.TRUEUP_SEED ?? 20_261)
