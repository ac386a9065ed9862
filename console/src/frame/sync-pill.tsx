import { Link } from 'react-router'
import { ageInWords } from '../../../src/reconcile/age.ts'
import { useLive } from '../api/live.ts'
import { type Street, useStreet } from '../api/queries.ts'
import { withCounts } from '../parts/number.ts'
import { State, type Tone } from '../parts/state.tsx'
import { useNow } from '../parts/when.tsx'
import { frame as texts } from '../texts/frame.ts'
import classes from './sync-pill.module.css'

const TONE: Record<Street['sync']['state'], Tone> = { in_sync: 'ok', catching_up: 'working', not_in_sync: 'stopped', unknown: 'unknown' }
const WORD: Record<Street['sync']['state'], string> = {
  in_sync: texts.inSync,
  catching_up: texts.catchingUp,
  not_in_sync: texts.notInSync,
  unknown: texts.unknown,
}

export type Said = { tone: Tone; word: string; sentence: string }

/**
 * What may be said of stock at this moment. What the server said last is true no longer once the server cannot be heard:
 * then nothing is known, and that is what is said.
 */
export function useSync(): Said | null {
  const street = useStreet()
  const live = useLive()
  const now = useNow()
  if (live.state === 'lost' || (street.data === undefined && street.error)) {
    const since = live.state === 'lost' ? texts.forWord(ageInWords(Date.now() - live.since)) : ''
    return {
      tone: 'unknown',
      word: texts.unknown,
      sentence: texts.unknownTheServerHasNotBeenHeard(since),
    }
  }
  if (street.data === undefined) return null
  const { state, sentence, comparedAt } = street.data.sync
  return {
    tone: TONE[state],
    word: WORD[state],
    sentence: withCounts(comparedAt === null ? sentence : aged(sentence, now - Date.parse(comparedAt))),
  }
}

/** The age of the proof goes on while the picture stays the same. */
function aged(sentence: string, ageMs: number): string {
  return sentence.replace(/(last read back|When last compared,) .+? ago/, (_all, words: string) => `${words} ${ageInWords(ageMs)} ago`)
}

export function SyncPill() {
  const sync = useSync()
  if (sync === null) return null
  return (
    <Link to="/" className={classes.pill} title={sync.sentence}>
      <State tone={sync.tone} word={sync.word} />
    </Link>
  )
}

/** Says aloud when the state changes, and not each second that its sentence does. */
export function SyncAnnouncer() {
  const sync = useSync()
  return (
    <div role="status" aria-live="polite" className="sr-only">
      {sync && texts.stock2(sync.word)}
    </div>
  )
}
