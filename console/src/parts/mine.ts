import { useSyncExternalStore } from 'react'

/** How one person wants to read: kept in this browser, like its colours. Null: as the browser has it. */
export type Mine = { locale: string | null; timeZone: string | null; columns: Readonly<Record<string, readonly string[]>> }

const KEY = 'trueup-mine'
const NOTHING: Mine = { locale: null, timeZone: null, columns: {} }

const listeners = new Set<() => void>()
let mine = read()

/** Another window of the same browser may change it too. */
if (typeof window !== 'undefined') {
  window.addEventListener('storage', event => {
    if (event.key === KEY) take(read())
  })
}

function read(): Mine {
  try {
    return sound(JSON.parse(localStorage.getItem(KEY) ?? 'null'))
  } catch {
    return NOTHING
  }
}

/** Whatever lies in the browser, what comes out can be used. */
export function sound(kept: unknown): Mine {
  const { locale, timeZone, columns } = (typeof kept === 'object' && kept !== null ? kept : {}) as Partial<Record<keyof Mine, unknown>>
  return {
    locale: typeof locale === 'string' && isLocale(locale) ? locale : null,
    timeZone: typeof timeZone === 'string' && isTimeZone(timeZone) ? timeZone : null,
    columns: typeof columns === 'object' && columns !== null ? columnsOf(columns) : {},
  }
}

function columnsOf(kept: object): Mine['columns'] {
  const lists = Object.entries(kept).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
  return Object.fromEntries(lists.map(([list, hidden]) => [list, hidden.filter(one => typeof one === 'string')]))
}

export function isLocale(text: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(text).length > 0
  } catch {
    return false
  }
}

export function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return true
  } catch {
    return false
  }
}

export function keepMine(changes: Partial<Mine>): void {
  take({ ...mine, ...changes })
  try {
    localStorage.setItem(KEY, JSON.stringify(mine))
  } catch {
    // A browser that keeps nothing still shows it as chosen until the page is left.
  }
}

function take(next: Mine): void {
  mine = next
  for (const tell of listeners) tell()
}

/** What was chosen; whoever draws with it is drawn again when it changes. */
export function useMine(): Mine {
  return useSyncExternalStore(
    tell => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => mine,
  )
}

export const browserLocale = (): string => (typeof navigator === 'undefined' ? 'en-GB' : navigator.language)
export const browserTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

export const localeNow = (): string => mine.locale ?? browserLocale()
export const timeZoneNow = (): string => mine.timeZone ?? browserTimeZone()
