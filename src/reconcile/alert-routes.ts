import { recordAudit } from '../db/audit.ts'
import type { Db } from '../db/connection.ts'
import { alertsPage, done, recipientGiven, recipientParams, sentPage } from '../http/contract/finding.ts'
import { offsetOf, pageFrom, pageQuery, TOTAL_COUNTED_MAX } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Ids } from '../kernel/ids.ts'
import { addressShown } from './alert.ts'
import * as store from './alert-store.ts'

const SENT_SHOWN = 50

export type AlertRouteDeps = {
  db: Db
  clock: Clock
  ids: Ids
  seal(secret: string): string
  canMail: boolean
  /** Something is on its way: it is sent at once. */
  queued(): void
}

/** Who is told of what, by which means, and what became of each message. */
export function alertRoutes({ db, clock, ids, seal, canMail, queued }: AlertRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/alerts',
      summary: 'Who is told, and the newest messages',
      tag: 'alerts',
      role: 'viewer',
      answer: alertsPage,
      wholeLists: ['recipients'],
      async handle({ who }) {
        const recipients = await store.recipients(db)
        const shown = who.role === 'admin' ? recipients : recipients.map(withoutSecrets)
        return { recipients: shown, sent: await store.latestAlerts(db, { limit: SENT_SHOWN, offset: 0 }), canMail }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/alerts/sent',
      summary: 'Every message, newest first, with what became of it',
      tag: 'alerts',
      role: 'viewer',
      query: pageQuery,
      answer: sentPage,
      async handle({ query }) {
        const sent = await store.latestAlerts(db, { limit: query.pageSize, offset: offsetOf(query) })
        return pageFrom(query, sent, () => store.countAlerts(db, TOTAL_COUNTED_MAX + 1))
      },
    }),
    jsonRoute({
      method: 'PUT',
      path: '/alerts/recipients',
      summary: 'Adds somebody who is told, or changes them, by name',
      tag: 'alerts',
      role: 'admin',
      body: recipientGiven,
      answer: done,
      async handle({ body, who }) {
        const { secret, ...given } = body
        checkAddress(given)
        const at = clock.now()
        await db.transaction(async tx => {
          const before = (await store.recipients(tx)).find(one => one.name === given.name)
          const sealed = secret === undefined ? {} : { secretSealed: secret === null ? null : seal(secret) }
          await store.setRecipient(tx, { ...given, ...sealed }, at)
          const told = { at, who: who.name, action: 'alert.recipient', subject: 'recipient', name: given.name }
          await recordAudit(tx, {
            ...told,
            before: before ? asAudited(before) : null,
            after: { ...withoutSecrets(given), hasSecret: secret !== undefined && secret !== null },
          })
        })
        return { done: true }
      },
    }),
    jsonRoute({
      method: 'DELETE',
      path: '/alerts/recipients/:name',
      summary: 'Somebody is told no more',
      tag: 'alerts',
      role: 'admin',
      params: recipientParams,
      answer: done,
      async handle({ params, who }) {
        return db.transaction(async tx => {
          const before = (await store.recipients(tx)).find(one => one.name === params.name)
          if (before === undefined || !(await store.removeRecipient(tx, params.name))) throw unknown(params.name)
          const deed = { at: clock.now(), who: who.name, action: 'alert.remove', subject: 'recipient', name: params.name }
          await recordAudit(tx, { ...deed, before: asAudited(before), after: null })
          return { done: true }
        })
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/alerts/recipients/:name/test',
      summary: 'Sends a test message',
      tag: 'alerts',
      role: 'operator',
      params: recipientParams,
      answer: done,
      status: 202,
      async handle({ params, who }) {
        const recipient = (await store.recipients(db)).find(one => one.name === params.name)
        if (recipient === undefined) throw unknown(params.name)
        const message = {
          ...{ messageId: ids.uuid(), madeAt: clock.now(), subject: 'Trueup: a test' },
          body: `${who.name} asked for this message, to see whether it arrives.`,
          detail: { type: 'test' },
        }
        await db.transaction(async tx => {
          await store.queueAlert(tx, { recipientId: recipient.recipientId, kind: 'test', message, lines: [] })
          const deed = { at: clock.now(), who: who.name, action: 'alert.test', subject: 'recipient', name: params.name }
          await recordAudit(tx, { ...deed, before: null, after: { messageId: message.messageId } })
        })
        queued()
        return { done: true }
      },
    }),
  ]
}

/** As everybody may read it: who may change recipients reads the whole address, and the audit log is read by all. */
function withoutSecrets<Of extends Parameters<typeof addressShown>[0]>(recipient: Of): Of {
  return { ...recipient, address: addressShown(recipient) }
}

/** What was set, without how the last message to them went. */
function asAudited({ recipientId: _, lastSentAt: _sent, lastCode: _code, lastReason: _reason, ...set }: store.ListedRecipient) {
  return withoutSecrets(set)
}

function checkAddress({ kind, address }: { kind: string; address: string }): void {
  const isGood = kind === 'email' ? /^[^\s@]+@[^\s@]+$/.test(address) : isReceiver(address)
  if (isGood) return
  throw new TrueupError(
    'ALERT_ADDRESS_INVALID',
    `${kind === 'email' ? JSON.stringify(address) : 'What was given'} is no address for ${kind}.`,
    {
      retry: 'never',
      hint:
        kind === 'email'
          ? 'Give a mail address such as stock@example.org.'
          : 'Give the address of the receiver, beginning with https://, without a name and password in it; a secret signs what is sent.',
    },
  )
}

/** With a name and a password in it no request can be made, and the refusal, which everybody may read, would repeat them. */
function isReceiver(address: string): boolean {
  if (!/^https?:\/\/\S+$/.test(address) || !URL.canParse(address)) return false
  const { username, password } = new URL(address)
  return username === '' && password === ''
}

function unknown(name: string): TrueupError {
  return new TrueupError('ALERT_RECIPIENT_UNKNOWN', `Nobody called ${JSON.stringify(name)} is told of anything.`, {
    retry: 'never',
    hint: 'Look at the list of recipients.',
    detail: { name },
  })
}
