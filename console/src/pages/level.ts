import type { LevelOfTarget } from '../api/queries.ts'
import type { Tone } from '../parts/state.tsx'

/** How far a promise has come: planned is not sent, sent is not confirmed, confirmed is not read back. */
export function levelState(level: LevelOfTarget | undefined): { tone: Tone; word: string } {
  const intent = level?.intent ?? null
  const observed = level?.observed ?? null
  if (intent === null) return { tone: 'unknown', word: 'Not queued' }
  if (intent.state === 'pending') return { tone: 'working', word: 'Queued' }
  if (intent.state === 'sending') return { tone: 'working', word: 'Sent' }
  if (intent.state === 'blocked') return { tone: 'stuck', word: intent.code === 'OUTBOX_NOT_LINKED' ? 'Not linked' : 'Blocked' }
  if (observed === null || !observed.isOfNewest || observed.verdict === 'waiting') return { tone: 'working', word: 'Confirmed' }
  if (observed.verdict === 'equal') return { tone: 'ok', word: 'Equal' }
  return observed.verdict === 'different' ? { tone: 'stopped', word: 'Different' } : { tone: 'stopped', word: 'Not stocked' }
}
