/*
 * What the world will do, and when: customers who come, orders that turn up later, webhooks on their way. Nothing runs by
 * itself; whoever lets time pass has it done, in order of time, each at its own instant. So a run can be repeated.
 */

export type Act = (at: number) => void

export class Agenda {
  /** The next one stands last. */
  readonly #waiting: { at: number; seq: number; act: Act }[] = []
  #seq = 0

  add(at: number, act: Act): void {
    const seq = this.#seq++
    let low = 0
    let high = this.#waiting.length
    while (low < high) {
      const middle = (low + high) >>> 1
      // The later, and of one instant the newer, stands before.
      if ((this.#waiting[middle] as { at: number }).at > at) low = middle + 1
      else high = middle
    }
    this.#waiting.splice(low, 0, { at, seq, act })
  }

  nextAt(): number | null {
    return this.#waiting.at(-1)?.at ?? null
  }

  get length(): number {
    return this.#waiting.length
  }

  /** Does everything that is due by now, and what that adds if it is due too. Gives how much was done. */
  runDue(now: number): number {
    let done = 0
    for (;;) {
      const next = this.#waiting.at(-1)
      if (next === undefined || next.at > now) return done
      this.#waiting.pop()
      next.act(next.at)
      done += 1
    }
  }
}
