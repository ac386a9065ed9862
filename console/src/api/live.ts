import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import type { Street } from './queries.ts'

/** Without a word from the server for so long, what is on the screen is old and is said to be. It says every 5 s that it is here. */
const SILENT_AFTER_MS = 15_000
/** The same once the connection is known to be broken. */
const LOST_AFTER_MS = 5_000
/** After a refusal we ask again after so long. */
const RECONNECT_MS = 5_000
/** What a moving street makes old is asked for again at most so often. */
const REFRESH_MS_MIN = 1_000

/** `since`: of a server that is lost, when it was heard last. */
type Live = { state: 'connecting' | 'open' | 'lost'; since: number }

let live: Live = { state: 'connecting', since: Date.now() }
/** How far this machine's clock is behind the server's: ages are told by the server's clock. */
let clockBehindMs = 0
const listeners = new Set<() => void>()

function set(state: Live['state'], since = Date.now()): void {
  if (live.state === state) return
  live = { state, since }
  for (const listener of listeners) listener()
}

/** Whether the street on the screen is the street as it is. */
export function useLive(): Live {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => live,
  )
}

/** Now, by the server's clock. */
export function serverNow(): number {
  return Date.now() + clockBehindMs
}

export function sawServerTime(observedAt: string): void {
  clockBehindMs = Date.parse(observedAt) - Date.now()
}

/** Follows the street while somebody is signed in. */
export function useEvents(isSignedIn: boolean): void {
  const client = useQueryClient()
  useEffect(() => {
    if (!isSignedIn) return
    const refresh = refresher(client)
    let events: EventSource | undefined
    let silent: ReturnType<typeof setTimeout> | undefined
    let lost: ReturnType<typeof setTimeout> | undefined
    let again: ReturnType<typeof setTimeout> | undefined
    let heardAt = Date.now()
    connect()
    return () => {
      clearTimeout(silent)
      clearTimeout(lost)
      clearTimeout(again)
      refresh.stop()
      events?.close()
      set('connecting')
    }

    function heard() {
      clearTimeout(silent)
      clearTimeout(lost)
      lost = undefined
      heardAt = Date.now()
      silent = setTimeout(() => set('lost', heardAt), SILENT_AFTER_MS)
      set('open')
    }

    function connect() {
      events = new EventSource('/api/v1/events')
      for (const word of ['open', 'here', 'file']) events.addEventListener(word, heard)
      events.addEventListener('street', event => {
        heard()
        const street = JSON.parse(event.data) as Street
        sawServerTime(street.observedAt)
        client.setQueryData(['street'], street)
        refresh.soon()
      })
      events.addEventListener('error', () => {
        lost ??= setTimeout(() => set('lost', heardAt), LOST_AFTER_MS)
        if (events?.readyState !== EventSource.CLOSED) return
        // The browser comes back after a lost connection, but not after a refusal. If the session is over, asking says so.
        void client.invalidateQueries({ queryKey: ['session'] })
        again = setTimeout(connect, RECONNECT_MS)
      })
    }
  }, [client, isSignedIn])
}

/** Asks again for what is on the screen, at once and then at most once a second. */
function refresher(client: QueryClient) {
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    soon() {
      timer ??= setTimeout(() => {
        timer = undefined
        for (const queryKey of [['files'], ['stock'], ['rooms'], ['shops'], ['findings']]) void client.invalidateQueries({ queryKey })
      }, REFRESH_MS_MIN)
    },
    stop() {
      clearTimeout(timer)
    },
  }
}
