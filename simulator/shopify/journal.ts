/* Every call that the shop was asked, in order, for tests and for people who wonder what a program did to a shop. */

export type JournalEntry = {
  seq: number
  at: string
  requestId: string
  kind: 'graphql' | 'bulk-result'
  operation: string | null
  roots: string[]
  variables: Record<string, unknown> | null
  idempotencyKeys: string[]
  cost: { requested: number; actual: number | null } | null
  /** 0: the connection was cut instead of an answer. */
  status: number
  answer: AnswerSummary
  fault: string | null
}

export type AnswerSummary = {
  /** Codes of top-level errors. */
  errors: string[]
  /** Codes of user errors, or their message where the type has no code. */
  userErrors: string[]
  /** Quantities that changed. */
  changes: number
}

/** Two thousand full calls of 250 rows are about 100 MB; who needs more reads as it goes. */
export const JOURNAL_ENTRIES_MAX = 2_000
export const JOURNAL_PAGE_MAX = 500

export class Journal {
  readonly #entries: JournalEntry[] = []
  readonly #callsByRoot = new Map<string, number>()
  #seq = 0

  append(entry: Omit<JournalEntry, 'seq'>): void {
    this.#seq += 1
    this.#entries.push({ seq: this.#seq, ...entry })
    for (const root of entry.roots) this.#callsByRoot.set(root, (this.#callsByRoot.get(root) ?? 0) + 1)
    if (this.#entries.length > JOURNAL_ENTRIES_MAX) this.#entries.splice(0, this.#entries.length - JOURNAL_ENTRIES_MAX)
  }

  /** Counted since the start, however much of the journal is forgotten. */
  counts(): { calls: number; callsByRoot: Record<string, number> } {
    return { calls: this.#seq, callsByRoot: Object.fromEntries(this.#callsByRoot) }
  }

  /** Entries after a number, oldest first, and how many before them are gone for good. */
  after(seq: number): { entries: JournalEntry[]; last: number; forgotten: number; more: boolean } {
    const found = this.#entries.filter(entry => entry.seq > seq)
    const entries = found.slice(0, JOURNAL_PAGE_MAX)
    const first = this.#entries[0]?.seq ?? this.#seq + 1
    return { entries, last: this.#seq, forgotten: Math.max(0, first - 1 - seq), more: entries.length < found.length }
  }
}
