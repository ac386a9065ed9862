import { z } from 'zod'
import { instant } from './instant.ts'
import { pageOf, pageQuery } from './page.ts'
import { zone } from './zone.ts'

export const finding = z
  .object({
    findingId: z.number().int(),
    code: z.string(),
    subject: z.string(),
    severity: z.enum(['stop', 'risk', 'note']),
    since: instant,
    foundAt: instant,
    endedAt: instant.nullable(),
    evidence: z.string(),
    unitsAtRisk: z.number().int().nullable(),
    shop: z.string().optional(),
    feed: z.string().optional(),
    action: z.object({ label: z.string(), to: z.string() }),
    takenBy: z.string().nullable(),
    takenAt: instant.nullable(),
    note: z.string().nullable(),
    silencedUntil: instant.nullable(),
    silencedAboveUnits: z.number().int().nullable(),
    silencedBy: z.string().nullable(),
    silencedReason: z.string().nullable(),
  })
  .meta({ id: 'Finding' })

export const findingsQuery = pageQuery.extend({
  /** `open`: what is wrong now; `over`: the history. */
  state: z.enum(['open', 'over']).default('open'),
  code: z.string().max(100).optional(),
  shop: z.string().max(100).optional(),
})

/** `lookedAt`: when everything was last looked at; an old one means that this list is old too. */
export const healthPage = pageOf(finding).extend({ lookedAt: instant.nullable() })

export const findingParams = z.object({ findingId: z.coerce.number().int().min(1) })
export const taking = z.object({ note: z.string().trim().max(1_000).nullish() })
/** Until when nobody is told, or as long as no more than so many units are at risk; `until` null ends the silence. */
export const silencing = z.object({
  until: instant.nullable(),
  aboveUnits: z.number().int().min(0).nullish(),
  reason: z.string().trim().min(1, 'say why').max(400),
})

const hour = z.number().int().min(0).max(23).nullable()

export const recipientGiven = z.object({
  name: z.string().trim().min(1).max(100),
  kind: z.enum(['email', 'webhook', 'slack']),
  /** A mail address, or the https address of a receiver. */
  address: z.string().trim().min(3).max(500),
  /** Signs what is sent to a webhook; left out: as it was. Never answered. */
  secret: z.string().min(16).max(200).nullish(),
  severityLeast: z.enum(['stop', 'risk', 'note']).default('risk'),
  shops: z.array(z.string()).nullable().default(null),
  feeds: z.array(z.string()).nullable().default(null),
  quietFrom: hour.default(null),
  quietTo: hour.default(null),
  timeZone: zone.default('UTC'),
  dailyHour: hour.default(null),
  isOn: z.boolean().default(true),
})

export const recipient = z
  .object({
    recipientId: z.number().int(),
    name: z.string(),
    kind: z.enum(['email', 'webhook', 'slack']),
    /** Whole for an admin; to all others a web address is its host, since its path lets in whoever knows it. */
    address: z.string(),
    hasSecret: z.boolean(),
    severityLeast: z.enum(['stop', 'risk', 'note']),
    shops: z.array(z.string()).nullable(),
    feeds: z.array(z.string()).nullable(),
    quietFrom: hour,
    quietTo: hour,
    timeZone: z.string(),
    dailyHour: hour,
    isOn: z.boolean(),
    lastSentAt: instant.nullable(),
    lastCode: z.string().nullable(),
    lastReason: z.string().nullable(),
  })
  .meta({ id: 'AlertRecipient' })

export const sentAlert = z
  .object({
    alertId: z.number().int(),
    recipient: z.string(),
    kind: z.string(),
    subject: z.string(),
    body: z.string(),
    madeAt: instant,
    sentAt: instant.nullable(),
    givenUpAt: instant.nullable(),
    tries: z.number().int(),
    code: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Alert' })

export const sentPage = pageOf(sentAlert)
export const alertsPage = z.object({ recipients: z.array(recipient), sent: z.array(sentAlert), canMail: z.boolean() })
export const recipientParams = z.object({ name: z.string().min(1) })
export const done = z.object({ done: z.boolean() })
