import { assert } from '../kernel/assert.ts'

/*
 * What a file is, from its first byte to its place of rest.
 *
 *   receiving ──completed──► received ──staged──► staged ──applied──► applied
 *       │                    ▲ ▲  │                │ │ │
 *      torn                  │ └──┼───stage_lost───┘ │ └──outdated──► stale
 *       ▼                    │    │                  └────refused───► failed
 *   interrupted ──completed──┘    ├──seen_before──► duplicate
 *   (and back by resumed)         ├──outdated─────► stale
 *                                 ├──refused──────► failed
 *                                 ├──found_empty──► empty
 *                                 └──held──► held ──released──► received
 *                                              └────refused───► failed
 *
 * What was staged is held as well, when it is not believed beside the files before it. What was applied may be undone.
 *
 * failed, stale, duplicate, empty and undone are final, and so is applied unless a person takes it back. An upload that goes on
 * is received again; one that was only thought to be torn completes at once. An interrupted file that nobody completes is put
 * to rest as it is.
 */
export const FILE_STATES = [
  'receiving',
  'interrupted',
  'received',
  'staged',
  'held',
  'applied',
  'failed',
  'stale',
  'duplicate',
  'empty',
  'undone',
] as const
export type FileState = (typeof FILE_STATES)[number]

export const FILE_EVENTS = [
  'completed',
  'torn',
  'resumed',
  'seen_before',
  'held',
  'released',
  'refused',
  'outdated',
  'staged',
  'stage_lost',
  'applied',
  'found_empty',
  'undone',
] as const
export type FileEvent = (typeof FILE_EVENTS)[number]

const LEADS_TO: Record<FileState, Partial<Record<FileEvent, FileState>>> = {
  receiving: { completed: 'received', torn: 'interrupted' },
  interrupted: { completed: 'received', resumed: 'receiving' },
  received: { seen_before: 'duplicate', held: 'held', refused: 'failed', outdated: 'stale', staged: 'staged', found_empty: 'empty' },
  held: { released: 'received', refused: 'failed', outdated: 'stale' },
  staged: { applied: 'applied', stage_lost: 'received', held: 'held', refused: 'failed', outdated: 'stale' },
  applied: { undone: 'undone' },
  failed: {},
  stale: {},
  duplicate: {},
  empty: {},
  undone: {},
}

/** The state after an event; null where the event cannot happen to a file in that state. */
export function afterEvent(state: FileState, event: FileEvent): FileState | null {
  return LEADS_TO[state][event] ?? null
}

/** Where an event leads, and from where it may come: what a store needs to make the change in one statement. */
export function changeBy(event: FileEvent): { to: FileState; from: FileState[] } {
  const from = FILE_STATES.filter(state => afterEvent(state, event) !== null)
  const goals = new Set(from.map(state => afterEvent(state, event)))
  const to = [...goals][0]
  assert(goals.size === 1 && to, `the event ${event} leads to one state wherever it comes from`)
  return { to, from }
}

/** Where the bytes of a file in this state belong; null while they stay in the spool. */
export function restOf(state: FileState): 'archive' | 'failed' | null {
  switch (state) {
    case 'applied':
    case 'duplicate':
    case 'stale':
    case 'undone':
      return 'archive'
    case 'failed':
    case 'empty':
    case 'interrupted':
      return 'failed'
    case 'receiving':
    case 'received':
    case 'staged':
    case 'held':
      return null
  }
}
