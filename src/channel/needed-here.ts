/** Units that somebody has bought, and that can be shipped from any of these places. */
export type Need = { units: number; places: readonly string[] }

/**
 * How many units that lie `here` others need because they can have them nowhere else: what can be shipped with as much here as they like,
 * less what can be shipped with nothing here. `free` says what there is elsewhere.
 */
export function neededHere(here: ReadonlySet<string>, needs: readonly Need[], free: ReadonlyMap<string, number>): number {
  const asked = needs.filter(need => need.units > 0)
  if (!asked.some(need => need.places.some(place => here.has(place)))) return 0
  const elsewhere = new Map([...free].map(([place, units]) => [place, here.has(place) ? 0 : Math.max(0, units)]))
  const anything = new Map([...elsewhere].map(([place, units]) => [place, here.has(place) ? Number.MAX_SAFE_INTEGER : units]))
  return shippedUnits(asked, anything) - shippedUnits(asked, elsewhere)
}

/** The most that can be shipped: where a place is used up, whoever took of it is asked to take of another instead. */
function shippedUnits(needs: readonly Need[], free: ReadonlyMap<string, number>): number {
  const left = new Map(free)
  const taken = needs.map(() => new Map<string, number>())
  const add = (to: Map<string, number> | undefined, place: string, units: number) => to?.set(place, (to.get(place) ?? 0) + units)

  /** So many units more for one need; gives how many it could have. No place is looked at twice on the way. */
  const find = (at: number, units: number, looked: Set<string>): number => {
    let found = 0
    for (const place of needs[at]?.places ?? []) {
      if (found === units) break
      if (looked.has(place)) continue
      looked.add(place)
      const direct = Math.min(units - found, left.get(place) ?? 0)
      left.set(place, (left.get(place) ?? 0) - direct)
      let got = direct
      for (const [other, its] of taken.entries()) {
        const most = Math.min(units - found - got, other === at ? 0 : (its.get(place) ?? 0))
        if (most <= 0) continue
        const moved = find(other, most, looked)
        add(its, place, -moved)
        got += moved
      }
      add(taken[at], place, got)
      found += got
    }
    return found
  }

  return needs.reduce((shipped, need, at) => {
    let units = 0
    for (let more = find(at, need.units, new Set()); more > 0; more = find(at, need.units - units, new Set())) units += more
    return shipped + units
  }, 0)
}
