import {
  type Icon,
  IconAlertTriangle,
  IconArrowBackUp,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconClockHour4,
  IconCopy,
  IconFileOff,
  IconHelpCircle,
  IconPlayerPause,
  IconPlayerStop,
  IconProgress,
} from '@tabler/icons-react'
import { parts as texts } from '../texts/parts.ts'
import classes from './state.module.css'

/** What a colour means. Each has its icon and is never shown without a word. */
export type Tone = 'ok' | 'working' | 'waiting' | 'stuck' | 'paused' | 'stopped' | 'unknown'

const ICONS: Record<Tone, Icon> = {
  ok: IconCircleCheck,
  working: IconProgress,
  waiting: IconClockHour4,
  stuck: IconAlertTriangle,
  paused: IconPlayerPause,
  stopped: IconPlayerStop,
  unknown: IconHelpCircle,
}

export function StateIcon({ tone, icon, size = 18 }: { tone: Tone; icon?: Icon; size?: number }) {
  const Drawn = icon ?? ICONS[tone]
  return <Drawn className={classes[tone]} size={size} stroke={2} aria-hidden />
}

/** A state by icon, word and colour. */
export function State({ tone, word, icon, isQuiet = false }: { tone: Tone; word: string; icon?: Icon; isQuiet?: boolean }) {
  return (
    <span className={`${classes.state} ${classes[tone]} ${isQuiet ? '' : classes.washed}`}>
      <StateIcon tone={tone} size={15} {...(icon ? { icon } : {})} />
      {word}
    </span>
  )
}

const FILE: Record<string, { tone: Tone; word: string; icon?: Icon }> = {
  receiving: { tone: 'working', word: texts.receiving },
  interrupted: { tone: 'stuck', word: texts.brokeOff },
  received: { tone: 'working', word: texts.received },
  staged: { tone: 'working', word: texts.read },
  held: { tone: 'stuck', word: texts.held },
  applied: { tone: 'ok', word: texts.applied },
  failed: { tone: 'stopped', word: texts.failed, icon: IconCircleX },
  stale: { tone: 'unknown', word: texts.outdated, icon: IconCircleDashed },
  duplicate: { tone: 'unknown', word: texts.seenBefore, icon: IconCopy },
  empty: { tone: 'stopped', word: texts.empty, icon: IconFileOff },
  undone: { tone: 'unknown', word: texts.undone, icon: IconArrowBackUp },
}

export function FileState({ state }: { state: string }) {
  return <State {...(FILE[state] ?? { tone: 'unknown', word: state })} />
}

export const fileStateWord = (state: string): string => FILE[state]?.word ?? state
