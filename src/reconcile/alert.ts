import type { InstantMs } from '../kernel/clock.ts'
import { grouped } from '../kernel/grouped.ts'
import { plain } from '../kernel/plain.ts'
import { ageInWords, counted } from './age.ts'
import { byWeight, type Finding, SEVERITIES, type Severity } from './finding.ts'

/** A finding as it is kept. */
export type KeptFinding = Finding & {
  findingId: number
  foundAt: InstantMs
  endedAt: InstantMs | null
  silencedUntil: InstantMs | null
  /** Silent only while no more units than this are at risk. */
  silencedAboveUnits: number | null
}

export type Recipient = {
  recipientId: number
  name: string
  severityLeast: Severity
  shops: string[] | null
  feeds: string[] | null
  quietFrom: number | null
  quietTo: number | null
  timeZone: string
}

/** What a recipient was last told of a finding. */
export type Told = { findingId: number; state: 'on' | 'over'; toldAt: InstantMs }

/** Whoever was told that something is wrong is reminded so often while it lasts. */
export const REMIND_MS = 4 * 3_600_000
/** A finding younger than this may end by itself before anybody reads of it. */
export const SETTLES_MS = 30_000

/**
 * An address as somebody may read it who cannot change it. Whoever knows the path of a webhook can write into the channel behind it, so
 * of a web address only its host is told; a mail address is none that opens a door.
 */
export function addressShown({ kind, address }: { kind: 'email' | 'webhook' | 'slack'; address: string }): string {
  if (kind === 'email') return address
  return URL.canParse(address) ? `${new URL(address).origin}/…` : '…'
}

export type AlertLine = { finding: KeptFinding; word: 'on' | 'still on' | 'over' }

/**
 * What one recipient is to be told now: what is new, what lasts, what is over, together in one message. In quiet hours only
 * what stops everything is told; the rest is told when they end, if it still lasts then.
 */
export function linesFor(recipient: Recipient, findings: readonly KeptFinding[], told: readonly Told[], now: InstantMs): AlertLine[] {
  const last = new Map(told.map(one => [one.findingId, one]))
  const isQuiet = isQuietHour(recipient, now)
  return findings
    .filter(finding => concerns(recipient, finding))
    .toSorted(byWeight)
    .flatMap((finding): AlertLine[] => {
      const before = last.get(finding.findingId)
      if (finding.endedAt !== null) return before?.state === 'on' && !isQuiet ? [{ finding, word: 'over' }] : []
      if (isSilenced(finding, now) || (isQuiet && finding.severity !== 'stop')) return []
      if (before === undefined) return now - finding.foundAt < SETTLES_MS ? [] : [{ finding, word: 'on' }]
      return now - before.toldAt >= REMIND_MS ? [{ finding, word: 'still on' }] : []
    })
}

function concerns({ severityLeast, shops, feeds }: Recipient, finding: KeptFinding): boolean {
  if (SEVERITIES.indexOf(finding.severity) > SEVERITIES.indexOf(severityLeast)) return false
  if (finding.shop !== undefined && shops !== null && !shops.includes(finding.shop)) return false
  return finding.feed === undefined || feeds === null || feeds.includes(finding.feed)
}

/** A person said that nobody is to be told of it, for a time, or as long as it stays small. */
export function isSilenced(finding: Pick<KeptFinding, 'silencedUntil' | 'silencedAboveUnits' | 'unitsAtRisk'>, now: InstantMs): boolean {
  if (finding.silencedUntil === null || now >= finding.silencedUntil) return false
  return finding.silencedAboveUnits === null || (finding.unitsAtRisk ?? 0) <= finding.silencedAboveUnits
}

/** Whether it is quiet at this instant, where the recipient lives; quiet hours may go over midnight. */
export function isQuietHour(
  { quietFrom, quietTo, timeZone }: Pick<Recipient, 'quietFrom' | 'quietTo' | 'timeZone'>,
  now: InstantMs,
): boolean {
  if (quietFrom === null || quietTo === null || quietFrom === quietTo) return false
  const hour = hourIn(timeZone, now)
  return quietFrom < quietTo ? hour >= quietFrom && hour < quietTo : hour >= quietFrom || hour < quietTo
}

/** The hour of the day, 0 to 23, in a time zone; a name of none, as an older version or an older list of zones took it, is UTC. */
export function hourIn(timeZone: string, at: InstantMs): number {
  const hour = (zone: string) => new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' }).format(at)
  try {
    return Number(hour(timeZone))
  } catch {
    return Number(hour('UTC'))
  }
}

/** The message that says these lines: a subject that fits a telephone, and a sentence each. */
export function messageOf(
  lines: readonly AlertLine[],
  links: { console: string | null },
  now: InstantMs,
): { subject: string; body: string } {
  const begun = lines.filter(line => line.word !== 'over')
  const [first] = begun.length > 0 ? begun : lines
  const rest = lines.length > 1 ? ` and ${counted(lines.length - 1, 'more', 'more')}` : ''
  const subject = `Trueup: ${first?.word === 'over' ? 'over: ' : ''}${first === undefined ? '' : titleOf(first.finding)}${rest}`
  return { subject, body: lines.map(line => paragraph(line, links, now)).join('\n\n') }
}

function titleOf({ code, subject }: KeptFinding): string {
  return plain(`${code} ${subject}`)
}

function paragraph({ finding, word }: AlertLine, links: { console: string | null }, now: InstantMs): string {
  const since = finding.since ?? finding.foundAt
  const until = finding.endedAt ?? now
  const units =
    finding.unitsAtRisk === null || finding.unitsAtRisk === 0 ? '' : ` ${counted(finding.unitsAtRisk, 'unit', 'units')} at risk.`
  const lasted =
    word === 'over'
      ? `Over after ${ageInWords(until - since)}.`
      : `${word === 'on' ? 'For' : 'Still on, for'} ${ageInWords(until - since)}.`
  const next =
    word === 'over' ? '' : `\nNext: ${plain(finding.action.label)}${links.console === null ? '' : `, ${links.console}${finding.action.to}`}`
  return `${titleOf(finding)}\n${plain(finding.evidence)}${units} ${lasted}${next}`
}

export type DayFacts = {
  files: number
  filesFailed: number
  rowsAccepted: number
  rowsRejected: number
  levelsWritten: number
  levelsDifferent: number
  unitsAtRisk: number
  silentFeeds: readonly string[]
  findings: readonly KeptFinding[]
  sentence: string
}

/** The daily mail: what came, what was rejected, what differs, what is silent. Ten lines at the most. */
export function dailyOf(day: DayFacts): { subject: string; body: string } {
  const open = day.findings.toSorted(byWeight).slice(0, 3)
  const sentence = plain(day.sentence)
  const lines = [
    sentence,
    `Came: ${counted(day.files, 'file', 'files')}, ${grouped(day.rowsAccepted)} rows taken.`,
    `Rejected: ${counted(day.rowsRejected, 'row', 'rows')}; ${counted(day.filesFailed, 'file', 'files')} failed.`,
    `Told to shops: ${counted(day.levelsWritten, 'level', 'levels')}.`,
    `Different: ${counted(day.levelsDifferent, 'level', 'levels')}, ${counted(day.unitsAtRisk, 'unit', 'units')} at risk.`,
    day.silentFeeds.length === 0 ? 'Silent: no feed.' : `Silent: ${plain(day.silentFeeds.join(', '))}.`,
    day.findings.length === 0 ? 'Nothing needs you.' : `${counted(day.findings.length, 'thing needs', 'things need')} somebody:`,
    ...open.map(finding => `- ${titleOf(finding)}: ${plain(finding.evidence)}`),
  ]
  return { subject: `Trueup today: ${sentence}`, body: lines.slice(0, DAILY_LINES_MAX).join('\n') }
}

export const DAILY_LINES_MAX = 10
