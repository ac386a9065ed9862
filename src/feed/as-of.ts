import type { InstantMs } from '../kernel/clock.ts'

/**
 * Which moment the counts of a file speak of. What the sender wrote comes first (a column, the name, a line above or below
 * the table); when the bytes were last written or came in counts only where nothing better is declared.
 */
export type AsOfSettings = {
  from: 'received' | 'modified' | 'name' | 'column' | 'header' | 'trailer'
  /** For `name`, `header` and `trailer`: a text with `{yyyyMMdd HHmm}` where the moment stands, `*` and `?` for anything else. */
  pattern?: string
  /** For `column`: its name in the header. */
  column?: string
  /** For `column`: how it is written, as `dd.MM.yyyy HH:mm`; ISO 8601 where it is left out. */
  format?: string
  /** IANA name of the zone in which a time without one is meant. */
  zone?: string
  /** How many minutes before its moment the sender last took orders in; matters to counts by ATP only. */
  orderLagMinutes?: number
}

/** Where nothing is declared: when the file came in. */
export const AS_OF_RECEIVED: AsOfSettings = { from: 'received' }

export type AsOf = { kind: 'known'; at: InstantMs } | { kind: 'unknown'; code: AsOfCode; reason: string }
export type AsOfCode = 'FILE_AS_OF_MISSING' | 'FILE_AS_OF_FUTURE'

/** Clocks of senders run a little ahead; more than this is a wrong zone or a wrong date. */
export const AS_OF_AHEAD_MS_MAX = 15 * 60 * 1_000

/** What is at hand when the moment of a whole file is asked for. The lines are those above the header and the last one. */
export type FileFaces = {
  name: string
  receivedAt: InstantMs
  modifiedAt: InstantMs | null
  headerLines: readonly string[]
  trailerLine: string | null
}

/**
 * The moment of the file as a whole. For `column` it is the moment of reception, which no row uses: each has its own.
 * Never later than the moment of reception.
 */
export function asOfFile(settings: AsOfSettings, file: FileFaces): AsOf {
  const said = saidBy(settings, file)
  if (typeof said === 'string') return { kind: 'unknown', code: 'FILE_AS_OF_MISSING', reason: said }
  return notAhead(said, file.receivedAt)
}

function saidBy(settings: AsOfSettings, file: FileFaces): InstantMs | string {
  switch (settings.from) {
    case 'received':
    case 'column':
      return file.receivedAt
    case 'modified':
      return file.modifiedAt ?? 'The feed takes the moment of its counts from the modification time, and this file came without one.'
    case 'name':
      return inText(settings, file.name) ?? missing(settings, `the name ${quoted(file.name)}`)
    case 'header':
      return firstOf(file.headerLines.map(line => inText(settings, line))) ?? missing(settings, 'none of the lines above the header')
    case 'trailer':
      return (
        (file.trailerLine === null ? null : inText(settings, file.trailerLine)) ??
        missing(settings, `the last line ${quoted(file.trailerLine ?? '')}`)
      )
  }
}

function notAhead(at: InstantMs, receivedAt: InstantMs): AsOf {
  if (at <= receivedAt) return { kind: 'known', at }
  if (at - receivedAt <= AS_OF_AHEAD_MS_MAX) return { kind: 'known', at: receivedAt }
  const said = `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return {
    kind: 'unknown',
    code: 'FILE_AS_OF_FUTURE',
    reason: `The file says that it was counted at ${said}, which is after it came in. The time zone of the feed, or its pattern, is probably wrong.`,
  }
}

function missing({ pattern }: AsOfSettings, where: string): string {
  return `The feed finds the moment of its counts by ${quoted(pattern ?? '')}, and ${where} does not show it so.`
}

function firstOf(found: readonly (InstantMs | null)[]): InstantMs | null {
  return found.find(at => at !== null) ?? null
}

/**
 * The sender's own stamp of a file, where its bytes do not hold it: the moment in its name, or of its last change where the
 * feed declares that. The same bytes with another stamp are a new count that happens to agree. Null: it has none.
 */
export function stampOf(settings: AsOfSettings, file: Pick<FileFaces, 'name' | 'receivedAt' | 'modifiedAt'>): string | null {
  if (settings.from !== 'name' && settings.from !== 'modified') return null
  const asOf = asOfFile(settings, { ...file, headerLines: [], trailerLine: null })
  return asOf.kind === 'known' ? new Date(asOf.at).toISOString() : null
}

const SHOWN_CHARS_MAX = 60

/** A text from outside within a sentence: short, whatever stood there. */
function quoted(text: string): string {
  return `“${text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX).toWellFormed()}…` : text}”`
}

/** What is wrong with a pattern or a format; null when nothing is. */
export function patternProblem(pattern: string): string | null {
  const compiled = compile(pattern)
  return typeof compiled === 'string' ? compiled : null
}

/** The moment that a text shows where the pattern says it stands, or null. */
function inText({ pattern, zone = 'UTC' }: AsOfSettings, text: string): InstantMs | null {
  const compiled = pattern === undefined ? 'none' : compile(pattern)
  return typeof compiled === 'string' ? null : momentOf(compiled, text, zone)
}

/**
 * Makes a reader for the cells of a column. Files repeat their moment from row to row, so the last one is remembered.
 * Null: the cell shows no moment.
 */
export function cellReader({ format, zone = 'UTC' }: Pick<AsOfSettings, 'format' | 'zone'>): (cell: string) => InstantMs | null {
  const compiled = format === undefined ? null : compile(`{${format}}`)
  let before = ''
  let read: InstantMs | null = null
  return cell => {
    if (cell === before) return read
    before = cell
    read = compiled === null ? isoMoment(cell, zone) : typeof compiled === 'string' ? null : momentOf(compiled, cell, zone)
    return read
  }
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/i

function isoMoment(text: string, zone: string): InstantMs | null {
  const found = ISO.exec(text.trim())
  if (found === null) return null
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = found
  const parts = { year, month, day, hour, minute, second, ms: fraction.padEnd(3, '0').slice(0, 3) }
  const local = localMs(parts)
  if (local === null) return null
  return offset === undefined ? inZone(local, zone) : local - offsetMs(offset)
}

function offsetMs(offset: string): number {
  if (offset.toUpperCase() === 'Z') return 0
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2))
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000
}

type Compiled = { regex: RegExp; fields: readonly Token[] }
type Token = (typeof TOKENS)[number][0]

/** The longest of those that begin alike comes first. */
const TOKENS = [
  ['yyyy', '\\d{4}'],
  ['yy', '\\d\\d'],
  ['MMM', '[A-Za-z]{3}'],
  ['MM', '\\d\\d'],
  ['dd', '\\d\\d'],
  ['HH', '\\d\\d'],
  ['mm', '\\d\\d'],
  ['ss', '\\d\\d'],
  ['SSS', '\\d{3}'],
  ['epochMs', '\\d{13}'],
  ['epoch', '\\d{10}'],
] as const

const STARS_MAX = 4
const PATTERN_CHARS_MAX = 200
const compiledPatterns = new Map<string, Compiled | string>()
const PATTERNS_REMEMBERED_MAX = 1_000

function compile(pattern: string): Compiled | string {
  const known = compiledPatterns.get(pattern)
  if (known !== undefined) return known
  if (compiledPatterns.size >= PATTERNS_REMEMBERED_MAX) compiledPatterns.clear()
  const made = compiled(pattern)
  compiledPatterns.set(pattern, made)
  return made
}

function compiled(pattern: string): Compiled | string {
  if (pattern.length > PATTERN_CHARS_MAX) return `it is longer than ${PATTERN_CHARS_MAX} characters`
  if ((pattern.match(/\*/g)?.length ?? 0) > STARS_MAX) return `it has more than ${STARS_MAX} stars`
  const fields: Token[] = []
  let source = ''
  for (const piece of pattern.split(/(\{[^{}]*\})/)) {
    if (!piece.startsWith('{')) source += globSource(piece)
    else source += formatSource(piece.slice(1, -1), fields)
  }
  if (/[{}]/.test(pattern.replace(/\{[^{}]*\}/g, ''))) return 'a bracket { or } has no partner'
  if (new Set(fields).size < fields.length) return 'a part of the date stands in it twice'
  const isWhole = fields.includes('epoch') || fields.includes('epochMs')
  const hasDay =
    fields.includes('dd') && (fields.includes('MM') || fields.includes('MMM')) && (fields.includes('yyyy') || fields.includes('yy'))
  if (!isWhole && !hasDay) return 'it names no whole date: year, month and day, as in {yyyy-MM-dd}'
  return { regex: new RegExp(`^${source}$`, 's'), fields }
}

function globSource(text: string): string {
  return [...text].map(sign => (sign === '*' ? '.*' : sign === '?' ? '.' : escaped(sign))).join('')
}

function formatSource(format: string, fields: Token[]): string {
  let source = ''
  let rest = format
  while (rest !== '') {
    const token = TOKENS.find(([name]) => rest.startsWith(name))
    source += token === undefined ? escaped(rest.slice(0, 1)) : `(${token[1]})`
    if (token !== undefined) fields.push(token[0])
    rest = rest.slice(token === undefined ? 1 : token[0].length)
  }
  return source
}

function escaped(sign: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(sign) ? `\\${sign}` : sign
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

function momentOf({ regex, fields }: Compiled, text: string, zone: string): InstantMs | null {
  const found = regex.exec(text.trim())
  if (found === null) return null
  const said = Object.fromEntries(fields.map((field, index) => [field, found[index + 1] ?? ''])) as Partial<Record<Token, string>>
  if (said.epochMs !== undefined) return Number(said.epochMs)
  if (said.epoch !== undefined) return Number(said.epoch) * 1_000
  const month = said.MM ?? String(MONTHS.indexOf((said.MMM ?? '').toLowerCase()) + 1)
  const local = localMs({
    ...{ year: said.yyyy ?? `20${said.yy ?? ''}`, month, day: said.dd },
    ...{ hour: said.HH, minute: said.mm, second: said.ss, ms: said.SSS },
  })
  return local === null ? null : inZone(local, zone)
}

type Parts = Partial<Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'ms', string | undefined>>

/** What the clock on the wall shows, reckoned as if it hung in Greenwich; null for the 30th of February and its like. */
function localMs(parts: Parts): number | null {
  const number = (text: string | undefined) => Number(text ?? 0)
  const [year, month, day] = [number(parts.year), number(parts.month), number(parts.day)]
  const [hour, minute, second] = [number(parts.hour), number(parts.minute), number(parts.second)]
  if (hour > 23 || minute > 59 || second > 59) return null
  const at = Date.UTC(year, month - 1, day, hour, minute, second, number(parts.ms))
  const back = new Date(at)
  return back.getUTCFullYear() === year && back.getUTCMonth() === month - 1 && back.getUTCDate() === day ? at : null
}

/**
 * The instant at which a clock in this zone showed that time. Of the two in the hour that is repeated in autumn the first;
 * a time that a spring night leaves out is taken as if the clock had not been put forward.
 */
export function inZone(local: number, zone: string): InstantMs {
  if (zone === 'UTC') return local
  const before = local - offsetAt(local - DAY_MS / 2, zone)
  const after = local - offsetAt(local + DAY_MS / 2, zone)
  const fits = [before, after].filter(at => at + offsetAt(at, zone) === local)
  return fits.length === 0 ? before : Math.min(...fits)
}

const DAY_MS = 24 * 60 * 60 * 1_000
const formats = new Map<string, Intl.DateTimeFormat>()

/** By how much the clocks of a zone are ahead of Greenwich at an instant. */
function offsetAt(at: InstantMs, zone: string): number {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    })
    formats.set(zone, format)
  }
  const whole = Math.floor(at / 1_000) * 1_000
  const shown = Object.fromEntries(format.formatToParts(whole).map(part => [part.type, Number(part.value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole
}
