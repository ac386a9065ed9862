import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { encode } from 'zod'
import type { Sleep } from '../kernel/clock.ts'
import { csvLine, safeCell } from '../kernel/csv-line.ts'
import { TrueupError } from '../kernel/error.ts'
import type { List } from './contract/list.ts'
import type { Asked, JsonRoute } from './contract/route.ts'

/** So many rows are asked for at a time: what an export holds in memory, however long the list is. */
export const EXPORT_ROWS_PER_PAGE = 5_000
/** So many lists go out at once; each holds a connection of the database while it does. Others wait. */
const EXPORTS_AT_ONCE_MAX = 2
/** Who takes nothing for so long is let go. */
const SILENCE_MS_MAX = 60_000

type Question = { route: JsonRoute; list: List; asked: Asked<unknown, unknown, unknown> }

/** Does work on routes that all read the database of one moment. */
export type Snapshot = <T>(work: (routeOf: (route: JsonRoute) => JsonRoute) => Promise<T>) => Promise<T>

/** Opens the door by which lists go out: whole, as they stood at one moment, in bounded memory, a few at once. */
export function openExports({ snapshot, sleep }: { snapshot: Snapshot; sleep: Sleep }): (question: Question) => AsyncGenerator<Uint8Array> {
  let running = 0
  const waiting: (() => void)[] = []
  return async function* exported({ route, list, asked }) {
    if (running >= EXPORTS_AT_ONCE_MAX) await new Promise<void>(resolve => waiting.push(resolve))
    else running += 1
    const pipe = new PassThrough()
    const writing = snapshot(async routeOf => {
      for await (const chunk of listAsCsv({ route: routeOf(route), list, asked })) await say(pipe, chunk, sleep)
    }).then(
      () => pipe.end(),
      (error: Error) => void pipe.destroy(error),
    )
    try {
      for await (const chunk of pipe) yield chunk as Uint8Array
    } finally {
      pipe.destroy()
      await writing
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}

async function say(pipe: PassThrough, chunk: Uint8Array, sleep: Sleep): Promise<void> {
  if (!pipe.destroyed && pipe.write(chunk)) return
  const ended = new AbortController()
  const taken = [once(pipe, 'drain', ended), once(pipe, 'close', ended)]
  const silent = sleep(SILENCE_MS_MAX, ended.signal).then(() => 'silent' as const)
  const came = pipe.destroyed ? 'gone' : await Promise.race([...taken, silent]).finally(() => ended.abort())
  for (const one of taken) one.catch(() => {})
  if (came === 'silent' || pipe.destroyed) throw goneAway()
}

/**
 * A whole list as CSV for people: the route is asked for one page after the other, with the filters it was asked with, until there is none.
 * Cells that a spreadsheet would calculate are made harmless, since names come from outside. The head comes with the first page.
 */
export async function* listAsCsv({ route, list, asked }: Question): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  let head = `${csvLine(list.columns.map(column => column.name))}\r\n`
  for await (const rows of pagesOf({ route, list, asked })) {
    yield encoder.encode(head + rows.map(row => `${csvLine(cellsOf(list, encode(list.row, row as never)))}\r\n`).join(''))
    head = ''
  }
}

/** At least one page, be it empty. */
async function* pagesOf({ route, list, asked }: Question): AsyncGenerator<readonly unknown[]> {
  const given = asked.query as Record<string, unknown>
  const size = list.way === 'whole' ? {} : { pageSize: EXPORT_ROWS_PER_PAGE, limit: EXPORT_ROWS_PER_PAGE, after: undefined, page: 1 }
  let place: Record<string, unknown> = {}
  for (let page = 1; ; page += 1) {
    if (asked.signal.aborted) throw goneAway()
    const answer = (await route.handle({ ...asked, query: { ...given, ...size, ...place } })) as Record<string, unknown>
    const rows = answer[list.name] as readonly unknown[]
    yield rows
    const isLast = list.way === 'keys' ? answer.next === null : rows.length < EXPORT_ROWS_PER_PAGE
    if (list.way === 'whole' || isLast) return
    place = list.way === 'keys' ? { after: answer.next } : { page: page + 1 }
  }
}

function cellsOf({ columns }: List, row: unknown): string[] {
  return columns.map(({ path }) => {
    const value = path.reduce<unknown>((inner, field) => (inner as Record<string, unknown> | null | undefined)?.[field], row)
    return typeof value === 'number' ? String(value) : safeCell(textOf(value))
  })
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value) && value.every(one => typeof one !== 'object' || one === null)) return value.join('; ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** `/shops/:code/job-log` of demo: shops-demo-job-log.csv. */
export function fileNameOf(path: string, params: unknown, list: List): string {
  const given = (params ?? {}) as Record<string, unknown>
  const words = path.split('/').map(part => (part.startsWith(':') ? String(given[part.slice(1)] ?? '') : part))
  const name = [...words, ...(list.name === 'rows' ? [] : [list.name])].filter(Boolean).join('-')
  return `${name.replace(/[\\/:*?"<>|]/g, '_')}.csv`
}

function goneAway(): TrueupError {
  return new TrueupError('HTTP_CLIENT_GONE', 'Whoever asked for the list has gone, or takes nothing any more.', {
    retry: 'backoff',
    hint: 'Ask for it again, and read it as it comes.',
  })
}
