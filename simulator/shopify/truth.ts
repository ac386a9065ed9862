/*
 * What there really is, which no shop knows. Goods lie in pools; a level of a shop draws on one pool, or on several (a
 * kit), and levels of several shops may draw on the same. A unit that is sold when its pool is empty is oversold, whatever
 * the shop believed. A level that draws on no pool is taken at the shop's word: below zero is oversold.
 */

export type Draw = { pool: string; units: number }
export type TruthCounts = { unitsSold: number; unitsOversold: number; unitsRefused: number; unitsRefusedInVain: number }

export class Truth {
  readonly #free = new Map<string, number>()
  readonly #draws = new Map<string, readonly Draw[]>()
  readonly #counts: TruthCounts = { unitsSold: 0, unitsOversold: 0, unitsRefused: 0, unitsRefusedInVain: 0 }

  /** Puts so many units into a pool, or takes them out (negative): a delivery, a find, a breakage. */
  add(pool: string, units: number): void {
    this.#free.set(pool, this.freeUnits(pool) + units)
  }

  /** Units that exist and nobody has bought; below zero: sold and not there. */
  freeUnits(pool: string): number {
    return this.#free.get(pool) ?? 0
  }

  pools(): { name: string; freeUnits: number }[] {
    return [...this.#free].map(([name, freeUnits]) => ({ name, freeUnits }))
  }

  /** From now on one unit sold at this level takes these units out of these pools. */
  draw(level: string, draws: readonly Draw[]): void {
    for (const { pool } of draws) if (!this.#free.has(pool)) this.#free.set(pool, 0)
    this.#draws.set(level, draws)
  }

  knows(level: string): boolean {
    return this.#draws.has(level)
  }

  /** How many units of the level really exist and are free; null: it draws on no pool. */
  sellable(level: string): number | null {
    const draws = this.#draws.get(level)
    return draws === undefined ? null : Math.min(...draws.map(draw => Math.floor(this.freeUnits(draw.pool) / draw.units)))
  }

  /** A customer bought. Gives how many of the units did not exist. */
  sold(level: string, units: number, belowZero: number): number {
    const there = this.sellable(level)
    const oversold = there === null ? belowZero : Math.max(0, units - Math.max(0, there))
    this.#take(level, units)
    this.#counts.unitsSold += units
    this.#counts.unitsOversold += oversold
    return oversold
  }

  /** Units that nobody wants any more lie in the building again. */
  gaveBack(level: string, units: number): void {
    this.#take(level, -units)
  }

  /** What was sold from one level is to come from another: no sale, so nothing is oversold by it. */
  moved(from: string, to: string, units: number): void {
    this.#take(from, -units)
    this.#take(to, units)
  }

  /** A customer was told that there is nothing left; in vain if there was. */
  refused(level: string, units: number): void {
    this.#counts.unitsRefused += units
    this.#counts.unitsRefusedInVain += Math.min(units, Math.max(0, this.sellable(level) ?? 0))
  }

  counts(): TruthCounts {
    return { ...this.#counts }
  }

  #take(level: string, units: number): void {
    for (const draw of this.#draws.get(level) ?? []) this.add(draw.pool, -units * draw.units)
  }
}
