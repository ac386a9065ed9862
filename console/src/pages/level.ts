import type { LevelOfTarget } from '../api/queries.ts'
import { whole } from '../parts/number.ts'
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

/** The same as a story, each beat with its time. */
export function levelStory(level: LevelOfTarget | undefined): { text: string; at: string }[] {
  const story: { text: string; at: string }[] = []
  const intent = level?.intent
  if (intent) {
    const units = whole(intent.units)
    const beat = {
      pending: `Queued to be told ${units}`,
      sending: `Sent to the shop as ${units}, not answered yet`,
      confirmed: `The shop confirmed ${units}`,
      blocked: `Blocked: ${intent.hint ?? intent.code ?? 'no reason was kept'}`,
    }[intent.state]
    story.push({ text: beat, at: intent.changedAt })
  }
  const observed = level?.observed
  if (observed?.isOfNewest && observed.verdict !== 'waiting') {
    const shown = observed.shopUnits === null ? 'does not stock it here' : `shows ${whole(observed.shopUnits)}`
    const verdict = observed.verdict === 'equal' ? 'equal' : `expected ${whole(observed.expectedUnits)}`
    story.push({ text: `Read back: the shop ${shown}, ${verdict}`, at: observed.readAt })
  }
  return story
}
