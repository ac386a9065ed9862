import { z } from 'zod'
import { ACCESS_SCOPES, accessScopeGiven, accessScopeOf } from './access-scope.ts'
import { choice } from './choice.ts'
import { newFeed } from './feed.ts'
import { feedSettings } from './feed-settings.ts'
import { recipientGiven } from './finding.ts'
import { scheduleChange } from './job.ts'
import { personGiven, tokenGiven } from './people.ts'
import { newRuleGroup, RULE_STATUSES, ruleText } from './rule.ts'
import { newShop } from './shop.ts'
import { newDropUser, newSource } from './source.ts'

/*
 * The configuration of a house as one file. What an entry leaves out has its default; what the file does not name stays as it is. A secret
 * is a reference, and is never written out.
 */

const CODE_CHARS_MAX = 200
const REFERENCE_CHARS_MAX = 1_000
export const FILE_CHARS_MAX = 700_000
const SECRET_CHARS_MAX = 20_000

const REFERENCE = /^(env:[A-Za-z_][A-Za-z0-9_]*|file:\S.*)$/
const reference = z.string().max(REFERENCE_CHARS_MAX).regex(REFERENCE, 'A secret is a reference: env:NAME or file:PATH.').optional()
const code = z.string().trim().min(1).max(CODE_CHARS_MAX)

const facility = z.strictObject({
  code,
  name: code,
  type: z.enum(['RETAIL_STORE', 'OUTLET_STORE', 'WAREHOUSE', 'CONFIGURATION']).default('WAREHOUSE'),
  externalId: code.nullable().default(null),
  allowBrokering: z.boolean().default(true),
  allowPickup: z.boolean().default(true),
})

const group = z.strictObject({
  code: newShop.shape.code,
  name: code,
  facilities: z
    .array(code)
    .max(1_000)
    .overwrite(codes => [...new Set(codes)].sort())
    .default([]),
  isSelling: z.boolean().default(true),
  holdPreorder: z.boolean().default(false),
})

const user = z.strictObject({ name: personGiven.shape.name, role: personGiven.shape.role })

const apiToken = z.strictObject({
  name: tokenGiven.shape.name,
  role: tokenGiven.shape.role,
  scopes: tokenGiven.shape.scopes,
  expiresAt: z.iso.datetime(),
  token: reference,
})

const dropUser = z.strictObject({
  ...{ name: newDropUser.shape.name, home: newDropUser.shape.home },
  /** Lines of OpenSSH's .pub files; what stands behind the key is not kept. */
  publicKeys: newDropUser.shape.publicKeys
    .unwrap()
    .overwrite(lines => lines.map(line => line.trim().split(/\s+/).slice(0, 2).join(' ')))
    .default([]),
  password: reference,
})

const { secret: _, passphrase: __, ...openOfSource } = newSource.shape
const source = z.strictObject({
  ...openOfSource,
  secret: reference,
  passphrase: reference,
})

const ofFeed = newFeed.required().shape
const feed = z.strictObject({
  ...{ name: ofFeed.name, layout: ofFeed.layout, folder: ofFeed.folder },
  home: ofFeed.home.default('erp'),
  namePattern: ofFeed.namePattern.default('*'),
  door: ofFeed.door.default('sftp'),
  fileKind: ofFeed.fileKind.default('snapshot'),
  isEnabled: ofFeed.isEnabled.default(true),
  priority: ofFeed.priority.default(5),
  follows: ofFeed.follows.default(null),
  source: ofFeed.source.default(null),
  remoteFolder: ofFeed.remoteFolder.default(null),
  remoteArchive: ofFeed.remoteArchive.default(null),
  remoteFailed: ofFeed.remoteFailed.default(null),
  afterCommit: ofFeed.afterCommit.default('move'),
  settings: feedSettings.default({}),
})

const location = z
  .strictObject({
    /** Shopify's id of it: gid://shopify/Location/1. */
    gid: z.string().regex(/^gid:\/\/shopify\/Location\/\d+$/, 'The id of a location looks like gid://shopify/Location/1.'),
    name: code,
    facility: code.nullable().default(null),
    group: code.nullable().default(null),
    /** Its part of what it shares with others; null: all that there is. */
    weight: z.number().int().min(1).max(1_000).nullable().default(null),
  })
  .refine(
    given => (given.facility === null) !== (given.group === null),
    'A location is mapped to one facility or to one group: name one of them.',
  )

const words300 = choice.shape.tags.default([])
const chosen = z.strictObject({ tags: words300, vendors: words300, productTypes: words300, skus: words300 })

const shop = z.strictObject({
  code: newShop.shape.code,
  name: code,
  url: newShop.shape.url.overwrite(url => url.replace(/\/+$/, '')),
  /** Left out: as it was, and read only where nobody has chosen. */
  accessScope: z.codec(accessScopeGiven, z.enum(ACCESS_SCOPES), { decode: accessScopeOf, encode: scope => scope }).optional(),
  token: reference,
  /** How its token is come by; the id and secret of its app, by which webhooks are checked and tokens fetched. */
  tokenKind: z.enum(['static', 'client_credentials', 'refresh_token']).default('static'),
  clientId: z.string().trim().min(1).max(CODE_CHARS_MAX).nullable().default(null),
  clientSecret: reference,
  /** The first one only: each fetch of a token brings the next. */
  refreshToken: reference,
  /** Which products are written; null: all. */
  choice: chosen.nullable().default(null),
  written: z.enum(['available', 'on_hand']).default('available'),
  isMerged: z.boolean().default(true),
  searchLagSeconds: z.number().int().min(0).max(3_600).default(60),
  locations: z.array(location).max(10_000).default([]),
})

const words = ruleText.shape.tagsAny
const inLowerCase = words.overwrite(given => [...new Set(given.map(word => word.trim().toLowerCase()))].sort())
const asWritten = words.overwrite(given => [...new Set(given)])
const { ruleGroupId: ___, ...saidOfRule } = ruleText.shape
const rule = z.strictObject({
  ...{ ...saidOfRule, skusAny: asWritten, skusNone: asWritten },
  ...{ typesAny: inLowerCase, typesNone: inLowerCase, vendorsAny: inLowerCase, vendorsNone: inLowerCase },
  ...{ tagsAny: inLowerCase, tagsAll: inLowerCase, tagsNone: inLowerCase },
  ...{ featuresAny: inLowerCase, featuresAll: inLowerCase, featuresNone: inLowerCase },
  status: z.enum(RULE_STATUSES).default('active'),
})
const ruleGroup = z.strictObject({ ...newRuleGroup.shape, rules: z.array(rule).max(5_000).default([]) })

const ofSchedule = scheduleChange.required().shape
const schedule = z.strictObject({
  /** Its name, its slug, or HotWax's id. */
  job: z.string().min(1).max(CODE_CHARS_MAX),
  /** The shop, or source, whose own schedule it is; left out: the schedule of the job. */
  shop: z.string().min(1).max(60).nullable().default(null),
  source: z.string().min(1).max(100).nullable().default(null),
  cron: ofSchedule.cron,
  timeZone: ofSchedule.timeZone.default('UTC'),
  firstRunAt: ofSchedule.firstRunAt.default(null),
  isRealTime: ofSchedule.isRealTime.default(true),
  parameters: ofSchedule.parameters.default({}),
  /** Why it is paused; null: it is not. */
  paused: z.string().trim().min(1).max(400).nullable().default(null),
  /** Who may run and change it beside admins; null: every operator. */
  people: z.array(z.string().min(1).max(100)).max(100).nullable().default(null),
})

const { secret: ____, ...openOfRecipient } = recipientGiven.shape
const recipient = z.strictObject({
  ...openOfRecipient,
  /** Whoever knows the path of a webhook can write into the channel behind it: it may be a reference, and is written out as one. */
  address: recipientGiven.shape.address.max(REFERENCE_CHARS_MAX),
  secret: reference,
})

const ENTRIES_MAX = 10_000
const list = <Entry extends z.ZodType>(entry: Entry) => z.array(entry).max(ENTRIES_MAX).default([])

export const configurationFile = z.strictObject({
  /** Of the form of this file. */
  version: z.literal(1),
  facilities: list(facility),
  groups: list(group),
  sources: list(source),
  feeds: list(feed),
  shops: list(shop),
  ruleGroups: list(ruleGroup),
  schedules: list(schedule),
  alerts: list(recipient),
  users: list(user),
  tokens: list(apiToken),
  dropUsers: list(dropUser),
})

/** As it stands in the file. */
export type ConfigurationFile = z.input<typeof configurationFile>
export type SectionName = Exclude<keyof ConfigurationFile, 'version'>

const SECRET_FIELDS: Readonly<Partial<Record<SectionName, readonly string[]>>> = {
  sources: ['secret', 'passphrase'],
  shops: ['token', 'clientSecret', 'refreshToken'],
  tokens: ['token'],
  dropUsers: ['password'],
  alerts: ['address', 'secret'],
}

/** The fields of an entry that are secrets: a mail address opens no door. */
export function secretFieldsOf(section: SectionName, entry: object): readonly string[] {
  const fields = SECRET_FIELDS[section] ?? []
  return (entry as { kind?: string }).kind === 'email' ? fields.filter(field => field !== 'address') : fields
}

/** Where something stands for a secret; an address may be written as it is. */
export function isReference(text: string): boolean {
  return REFERENCE.test(text)
}

/** Every reference to a secret in what was read of a file, whether or not the rest of it fits. */
export function referencesIn(read: unknown): string[] {
  const found = new Set<string>()
  for (const [section, fields] of Object.entries(SECRET_FIELDS)) {
    const entries = (read as Record<string, unknown> | null)?.[section]
    if (!Array.isArray(entries)) continue
    for (const entry of entries) {
      for (const field of fields) {
        const value: unknown = entry?.[field]
        if (typeof value === 'string' && isReference(value)) found.add(value)
      }
    }
  }
  return [...found]
}

export const configurationAsked = z.object({
  /** YAML, or JSON. */
  file: z.string().min(1).max(FILE_CHARS_MAX),
  /** What the references of the file stand for; one that is missing leaves the secret that is kept. */
  secrets: z.record(z.string().max(REFERENCE_CHARS_MAX), z.string().min(1).max(SECRET_CHARS_MAX)).default({}),
  /** True: nothing is changed, only said. */
  isDryRun: z.boolean().default(true),
  /** True: what stands here and not in the sections that the file has is ended, as far as nobody has to be asked about it. */
  isPrune: z.boolean().default(false),
  /** The `basedOn` of the answer that somebody looked at: refused if anything has changed since. */
  basedOn: z.string().max(100).optional(),
})

export const configurationAnswer = z
  .object({
    isApplied: z.boolean(),
    differences: z.array(
      z.object({
        section: z.string(),
        name: z.string(),
        kind: z.enum(['add', 'change', 'end']),
        fields: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
      }),
    ),
    warnings: z.array(z.string()),
    /** What is here, and the file does not name: it stays as it is. `isEndable`: with `isPrune` it would be ended. */
    notNamed: z.array(z.object({ section: z.string(), name: z.string(), isEndable: z.boolean() })),
    basedOn: z.string(),
  })
  .meta({ id: 'ConfigurationAnswer' })
