import type { LevelOfTarget } from '../api/queries.ts'
import type { Tone } from '../parts/state.tsx'
import { controls } from '../texts/controls.ts'
import { stock as texts } from '../texts/stock.ts'

/** How far a promise has come: planned is not sent, sent is not confirmed, confirmed is not read back. */
export function levelState(level: LevelOfTarget | undefined): { tone: Tone; word: string } {
  const intent = level?.intent ?? null
  const observed = level?.observed ?? null
  if (intent === null) return { tone: 'unknown', word: texts.notQueued }
  const isOff = (kind: 'pause' | 'sell_nothing') => level?.controls.some(control => control.kind === kind) === true
  if (intent.state === 'pending' && isOff('pause')) return { tone: 'paused', word: controls.paused }
  if (intent.state === 'pending') return { tone: 'working', word: texts.queued }
  if (intent.state === 'sending') return { tone: 'working', word: texts.sent }
  if (intent.state === 'blocked') return { tone: 'stuck', word: intent.code === 'OUTBOX_NOT_LINKED' ? texts.notLinked : texts.blocked }
  if (observed === null || !observed.isOfNewest || observed.verdict === 'waiting') return { tone: 'working', word: texts.confirmed }
  if (observed.verdict === 'equal' && isOff('sell_nothing')) return { tone: 'paused', word: controls.sellsNothing }
  if (observed.verdict === 'equal') return { tone: 'ok', word: texts.equal }
  return observed.verdict === 'different' ? { tone: 'stopped', word: texts.different } : { tone: 'stopped', word: texts.notStocked }
}
