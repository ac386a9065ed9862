/** A list in pieces: each of one location, and none longer than `max`. Expects what belongs together side by side. */
export function batchesOf<T extends { locationId: number }>(levels: readonly T[], max: number): [T, ...T[]][] {
  const batches: [T, ...T[]][] = []
  for (const level of levels) {
    const last = batches.at(-1)
    if (last && last[0].locationId === level.locationId && last.length < max) last.push(level)
    else batches.push([level])
  }
  return batches
}
