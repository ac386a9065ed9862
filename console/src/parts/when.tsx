import { Tooltip } from '@mantine/core'
import { useSyncExternalStore } from 'react'
import { ageInWords } from '../../../src/reconcile/age.ts'
import { serverNow } from '../api/live.ts'
import { parts as texts } from '../texts/parts.ts'
import { exact } from './zone.ts'

const TICK_MS = 1_000

const listeners = new Set<() => void>()
let ticking: ReturnType<typeof setInterval> | undefined
let second = Math.floor(Date.now() / TICK_MS)

/** One clock for the whole page: every age on it moves at the same moment. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  ticking ??= setInterval(() => {
    second = Math.floor(Date.now() / TICK_MS)
    for (const each of listeners) each()
  }, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(ticking)
    ticking = undefined
  }
}

export function useNow(): number {
  useSyncExternalStore(subscribe, () => second)
  return serverNow()
}

/** An instant as its age, with the exact time, its seconds and its zone when pointed at. */
export function When({ at, style = 'ago' }: { at: string | null; style?: 'ago' | 'age' }) {
  const now = useNow()
  if (at === null) return <span>{texts.never}</span>
  const ageMs = now - Date.parse(at)
  return (
    <Tooltip label={exact(at)} openDelay={200}>
      <time dateTime={at} className="num">
        {said(ageMs, style)}
      </time>
    </Tooltip>
  )
}

function said(ageMs: number, style: 'ago' | 'age'): string {
  if (ageMs < -1_500) return texts.inWord(ageInWords(-ageMs))
  if (style === 'age') return ageInWords(ageMs)
  return ageMs < 1_500 ? texts.justNow : `${ageInWords(ageMs)} ago`
}
