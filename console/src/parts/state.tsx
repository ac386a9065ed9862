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
  receiving: { tone: 'working', word: 'Receiving' },
  interrupted: { tone: 'stuck', word: 'Broke off' },
  received: { tone: 'working', word: 'Received' },
  staged: { tone: 'working', word: 'Read' },
  held: { tone: 'stuck', word: 'Held' },
  applied: { tone: 'ok', word: 'Applied' },
  failed: { tone: 'stopped', word: 'Failed', icon: IconCircleX },
  stale: { tone: 'unknown', word: 'Outdated', icon: IconCircleDashed },
  duplicate: { tone: 'unknown', word: 'Seen before', icon: IconCopy },
  empty: { tone: 'stopped', word: 'Empty', icon: IconFileOff },
  undone: { tone: 'unknown', word: 'Undone', icon: IconArrowBackUp },
}

export function FileState({ state }: { state: string }) {
  return <State {...(FILE[state] ?? { tone: 'unknown', word: state })} />
}

export const fileStateWord = (state: string): string => FILE[state]?.word ?? state
