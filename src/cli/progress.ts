import type { Terminal } from './hands.ts'

/** Shorter work shows no bar. */
const SHOWN_AFTER_MS = 1_000
const DRAWN_EVERY_MS = 100
const CELLS = 28

export type Progress = {
  /** `total` null: how much there will be is not known. */
  at(done: number, total: number | null, what: string): void
  /** Takes the bar away. */
  end(): void
}

/** A bar on standard error, where that is a terminal and the work takes longer than a second; otherwise nothing. */
export function openProgress(options: { terminal: Terminal; now: () => number }): Progress {
  const { terminal, now } = options
  const startedAt = now()
  let drawnAt = Number.NEGATIVE_INFINITY
  let isShown = false
  return {
    at(done, total, what) {
      const time = now()
      if (!terminal.isTTY || time - startedAt < SHOWN_AFTER_MS || time - drawnAt < DRAWN_EVERY_MS) return
      drawnAt = time
      isShown = true
      terminal.write(`\r\u001b[K${barOf(done, total, time)} ${what}`)
    },
    end() {
      if (isShown) terminal.write('\r\u001b[K')
      isShown = false
    },
  }
}

/** Filled as far as is known; where nothing is known, a light that wanders with the time. */
export function barOf(done: number, total: number | null, time: number): string {
  if (total === null) {
    const at = Math.floor(time / DRAWN_EVERY_MS) % CELLS
    return `[${'·'.repeat(at)}#${'·'.repeat(CELLS - at - 1)}]     `
  }
  const share = total <= 0 ? 1 : Math.min(1, Math.max(0, done / total))
  const filled = Math.floor(share * CELLS)
  return `[${'#'.repeat(filled)}${'·'.repeat(CELLS - filled)}] ${String(Math.floor(share * 100)).padStart(3)}%`
}
