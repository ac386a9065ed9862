import type { Db } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import { messageOf as reasonOf, TrueupError } from '../kernel/error.ts'
import type { Ids } from '../kernel/ids.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import { dailyOf, hourIn, linesFor, messageOf } from './alert.ts'
import type { AlertPort } from './alert-port.ts'
import { retryAlertMs } from './alert-retry.ts'
import * as alerts from './alert-store.ts'
import { diagnose, type Facts } from './diagnosis.ts'
import { FINDINGS_KEPT_MS, findingsSince, keepFindings, purgeFindings } from './finding-store.ts'

const DAY_MS = 24 * 3_600_000
/** Ends of findings are told for so long; whoever could not be reached meanwhile hears no more of them. */
const ENDS_TOLD_MS = 7 * DAY_MS
const ALERTS_PER_STEP_MAX = 20
/** Longer than half of it no message is begun, and none takes longer than the other half. */
const SEND_LEASE_MS = 2 * 60_000

export type WatchDeps = {
  db: Db
  clock: Clock
  ids: Ids
  /** Everything that can be looked at, read at this moment. */
  facts(): Promise<Facts>
  /** The sentence on the first page. */
  sentence(): Promise<{ sentence: string; levelsDifferent: number; unitsAtRisk: number }>
  /** Where the console is reached; null: not known, and messages have no links. */
  consoleUrl: string | null
}

/**
 * Looks at everything, keeps what was found, and puts on its way what people are to be told of it. One at a time: two that look at the same
 * moment would both find it untold.
 */
export async function watch(deps: WatchDeps): Promise<StepReport> {
  const alone = await deps.db.alone('watch', () => lookAndTell(deps))
  return alone.ran ? alone.result : { ...NOTHING_TO_DO, notes: { waiting: 'another process is just looking' } }
}

async function lookAndTell({ db, clock, ids, facts, sentence, consoleUrl }: WatchDeps): Promise<StepReport> {
  const now = clock.now()
  const findings = diagnose(await facts(), now)
  const kept = await db.transaction(tx => keepFindings(tx, findings, now))
  await purgeFindings(db, now - FINDINGS_KEPT_MS)
  await alerts.purgeAlerts(db, now - FINDINGS_KEPT_MS)
  const open = await findingsSince(db, now - ENDS_TOLD_MS)
  let told = 0
  const broken: unknown[] = []
  for (const recipient of await alerts.recipients(db)) {
    if (!recipient.isOn) continue
    try {
      told += await tell(recipient)
    } catch (error) {
      // Nobody else goes without a word for it.
      broken.push(error)
    }
  }
  if (broken.length > 0) throw broken[0]
  return { read: findings.length, wrote: kept.began + kept.ended + told, more: false }

  async function tell(recipient: alerts.ListedRecipient): Promise<number> {
    let told = 0
    const lines = linesFor(recipient, open, await alerts.toldTo(db, recipient.recipientId), now)
    if (lines.length > 0) {
      const message = {
        ...{ messageId: ids.uuid(), madeAt: now, ...messageOf(lines, { console: consoleUrl }, now) },
        detail: { type: 'findings', findings: lines.map(({ finding, word }) => ({ ...finding, word })) },
      }
      await db.transaction(tx => alerts.queueAlert(tx, { recipientId: recipient.recipientId, kind: 'findings', message, lines }))
      told++
    }
    if (await isDailyDue(db, recipient, now)) {
      const day = await alerts.dayFigures(db, now - DAY_MS)
      const silentFeeds = open.filter(one => one.code === 'FEED_SILENT' && one.endedAt === null).map(one => one.subject)
      const facts = { ...day, ...(await sentence()), silentFeeds, findings: open.filter(one => one.endedAt === null) }
      const message = { messageId: ids.uuid(), madeAt: now, ...dailyOf(facts), detail: { type: 'daily', ...day } }
      await db.transaction(tx => alerts.queueAlert(tx, { recipientId: recipient.recipientId, kind: 'daily', message, lines: [] }))
      told++
    }
    return told
  }
}

/** Once a day, in the hour that was chosen, where the recipient lives. */
async function isDailyDue(db: Db, recipient: alerts.ListedRecipient, now: number): Promise<boolean> {
  if (recipient.dailyHour === null || hourIn(recipient.timeZone, now) !== recipient.dailyHour) return false
  const last = await alerts.lastDaily(db, recipient.recipientId)
  return last === null || now - last > DAY_MS / 2
}

/** Sends what is on its way. At least once: a repeat carries the same id. */
export async function sendAlerts({
  db,
  clock,
  port,
  signal,
}: {
  db: Db
  clock: Clock
  port: AlertPort
  signal?: AbortSignal
}): Promise<StepReport> {
  const claimedAt = clock.now()
  const due = await alerts.claimAlerts(db, { now: claimedAt, leaseUntil: claimedAt + SEND_LEASE_MS, limit: ALERTS_PER_STEP_MAX })
  // Nobody waits for a receiver that is slow to answer somebody else; to one receiver they go in order.
  const sent = await Promise.all([...Map.groupBy(due, alert => `${alert.kind} ${alert.address}`).values()].map(sendInOrder))
  return { read: due.length, wrote: sent.flat().length, more: due.length === ALERTS_PER_STEP_MAX }

  async function sendInOrder(mine: readonly alerts.DueAlert[]): Promise<alerts.DueAlert[]> {
    const arrived: alerts.DueAlert[] = []
    for (const alert of mine.toSorted((one, other) => one.alertId - other.alertId)) {
      // The lease is nearly over: whoever claims the rest next sends it.
      if (clock.now() - claimedAt > SEND_LEASE_MS / 2) break
      try {
        await port.send(alert, alert, signal)
        await alerts.recordSent(db, alert.alertId, clock.now())
        arrived.push(alert)
      } catch (error) {
        const now = clock.now()
        const code = error instanceof TrueupError ? error.code : 'ALERT_BROKE'
        const waitMs = retryAlertMs(alert.tries)
        const retryAt = waitMs === null ? null : now + waitMs
        await alerts.recordUnsent(db, { alertId: alert.alertId, code, reason: reasonOf(error), retryAt, now })
      }
    }
    return arrived
  }
}
