import { createHash } from 'node:crypto'
import { ruleGroups, rulesOf } from '../../availability/rule-store.ts'
import type { Choice } from '../../catalog/choice.ts'
import { choiceOf } from '../../catalog/choice-store.ts'
import { credentialOf } from '../../catalog/credential-store.ts'
import { type Channel, channels, declaredFacilities } from '../../catalog/place-store.ts'
import { locationsKnown } from '../../catalog/reading-store.ts'
import { allShops, type Shop } from '../../catalog/store.ts'
import { settingOf, sharesOf } from '../../channel/setting-store.ts'
import type { Sql } from '../../db/connection.ts'
import { type Feed, listFeeds } from '../../feed/feed-store.ts'
import { settingsOf } from '../../feed/settings-store.ts'
import { listSources, type Source, secretOf } from '../../feed/source-store.ts'
import type { ConfigurationFile, SectionName } from '../../http/contract/configuration.ts'
import { feedSettings } from '../../http/contract/feed-settings.ts'
import { people, tokens } from '../../http/people-store.ts'
import { JOBS, type Job } from '../../jobs/job.ts'
import { perWhat } from '../../jobs/parameters.ts'
import { permissions } from '../../jobs/permission-store.ts'
import type { Schedule } from '../../jobs/schedule.ts'
import { ownSchedules, schedules } from '../../jobs/schedule-store.ts'
import type { InstantMs } from '../../kernel/clock.ts'
import { watermarkOf } from '../../orders/store.ts'
import { recipientSecrets, recipients } from '../../reconcile/alert-store.ts'
import { listSftpUsers, sftpPasswords } from '../sftp-users.ts'

/** With every section. */
export type Configuration = { version: 1 } & { [Section in SectionName]: Entry<Section>[] }
type Entry<Section extends SectionName> = NonNullable<ConfigurationFile[Section]>[number]

/** A secret that the house keeps, where its reference stands in the file. */
export type KeptSecret = {
  section: keyof Configuration
  name: string
  field: string
  /** Sealed with the key of the house; or only a digest of it, or what a password is checked by. */
  as: 'sealed' | 'sha256' | 'hash'
  value: string
}

/** Everything that the file of a house holds, as it is now, each section in an order of its own that does not depend on when it was made. */
export async function presentConfiguration(sql: Sql): Promise<{ now: Configuration; kept: KeptSecret[] }> {
  const kept: KeptSecret[] = []
  const now: Configuration = {
    version: 1,
    facilities: (await declaredFacilities(sql)).map(({ facilityId: _, groups: __, locations: ___, type, ...shown }) => ({
      ...shown,
      type: type as Entry<'facilities'>['type'],
    })),
    groups: (await channels(sql))
      .filter(one => one.type === 'CHANNEL_FAC_GROUP')
      .map(groupOf)
      .sort(byText(one => one.code)),
    sources: await sourcesOf(sql, kept),
    feeds: await feedsOf(sql),
    shops: await shopsOf(sql, kept),
    ruleGroups: await ruleGroupsOf(sql),
    schedules: await schedulesOf(sql),
    alerts: await alertsOf(sql, kept),
    users: (await people(sql, 0)).map(({ name, role }) => ({ name, role })).sort(byText(one => one.name)),
    tokens: await tokensOf(sql, kept),
    dropUsers: await dropUsersOf(sql, kept),
  }
  return { now, kept }
}

function groupOf({ code, name, facilities, isSelling, holdPreorder }: Channel): Entry<'groups'> {
  return { code, name, facilities: [...facilities].sort(), isSelling, holdPreorder }
}

async function sourcesOf(sql: Sql, kept: KeptSecret[]): Promise<Entry<'sources'>[]> {
  const rows: Entry<'sources'>[] = []
  for (const source of await listSources(sql)) {
    const { secretSealed, passphraseSealed } = await secretOf(sql, source.sourceId)
    keep(kept, 'sources', source.name, { secret: secretSealed, passphrase: passphraseSealed })
    rows.push(sourceOf(source))
  }
  return rows.sort(byText(one => one.name))
}

function sourceOf({ name, host, port, user, proof, root, isEnabled, hostKey, ...limits }: Source): Entry<'sources'> {
  return {
    ...{ name, host, port, user, proof, root, isEnabled },
    ...{ lookEverySeconds: limits.lookEveryMs / 1_000, connectSeconds: limits.connectMs / 1_000 },
    ...{ idleSeconds: limits.idleMs / 1_000, overallSeconds: limits.overallMs / 1_000 },
    ...(hostKey === null ? {} : { hostKey }),
  }
}

async function feedsOf(sql: Sql): Promise<Entry<'feeds'>[]> {
  const feeds = await listFeeds(sql)
  const names = new Map(feeds.map(feed => [feed.feedId, feed.name]))
  const sources = new Map((await listSources(sql)).map(source => [source.sourceId, source.name]))
  const rows: Entry<'feeds'>[] = []
  for (const feed of feeds) {
    const said = (await settingsOf(sql, feed.name))?.settings ?? {}
    const known = Object.fromEntries(Object.entries(said).filter(([key]) => key in feedSettings.shape))
    rows.push(feedOf(feed, { names, sources, settings: feedSettings.parse(known) }))
  }
  return rows.sort(byText(one => one.name))
}

type Beside = { names: ReadonlyMap<number, string>; sources: ReadonlyMap<number, string>; settings: Entry<'feeds'>['settings'] }

function feedOf({ feedId: _, arrival: __, sourceId, followsFeedId, ...feed }: Feed, { names, sources, settings }: Beside): Entry<'feeds'> {
  const follows = followsFeedId === null ? null : (names.get(followsFeedId) ?? null)
  return { ...feed, follows, source: sourceId === null ? null : (sources.get(sourceId) ?? null), settings }
}

async function shopsOf(sql: Sql, kept: KeptSecret[]): Promise<Entry<'shops'>[]> {
  const rows: Entry<'shops'>[] = []
  for (const shop of await allShops(sql)) {
    const credential = await credentialOf(sql, shop.shopId)
    const { clientSecretSealed = null, refreshTokenSealed = null } = credential ?? {}
    keep(kept, 'shops', shop.code, { token: shop.tokenSealed, clientSecret: clientSecretSealed, refreshToken: refreshTokenSealed })
    const told = { tokenKind: credential?.kind ?? ('static' as const), clientId: credential?.clientId ?? null }
    rows.push({ ...(await shopOf(sql, shop)), ...told, choice: chosenOf(await choiceOf(sql, shop.shopId)) })
  }
  return rows.sort(byText(one => one.code))
}

async function shopOf(sql: Sql, { shopId, code, name, apiUrl, accessScope, isAccessScopeSet }: Shop): Promise<Entry<'shops'>> {
  const { searchLagMs } = await watermarkOf(sql, shopId)
  const weights = new Map((await sharesOf(sql, shopId)).map(share => [share.locationId, share.weight]))
  const locations = (await locationsKnown(sql, shopId)).filter(one => one.facility !== null || one.group !== null)
  return {
    ...{ code, name, url: apiUrl, ...(isAccessScopeSet ? { accessScope } : {}) },
    ...{ ...(await settingOf(sql, shopId)), searchLagSeconds: searchLagMs / 1_000 },
    locations: locations
      .map(({ locationId, locationGid: gid, ...one }) => ({
        ...{ gid, name: one.name, facility: one.facility, group: one.group, weight: weights.get(locationId) ?? null },
      }))
      .sort(byText(one => one.gid)),
  }
}

/** Everything is said by saying nothing. */
function chosenOf({ tags, vendors, productTypes, skus }: Choice): Entry<'shops'>['choice'] {
  const words = { tags: [...tags], vendors: [...vendors], productTypes: [...productTypes], skus: [...skus] }
  return Object.values(words).every(one => one.length === 0) ? null : words
}

async function tokensOf(sql: Sql, kept: KeptSecret[]): Promise<Entry<'tokens'>[]> {
  const rows = (await tokens(sql)).sort(byText(one => one.name))
  return rows.map(({ name, role, scopes, expiresAt, sha256 }) => {
    kept.push({ section: 'tokens', name, field: 'token', as: 'sha256', value: sha256 })
    return { name, role, scopes, expiresAt: new Date(expiresAt).toISOString() }
  })
}

async function dropUsersOf(sql: Sql, kept: KeptSecret[]): Promise<Entry<'dropUsers'>[]> {
  for (const { name, passwordHash: value } of await sftpPasswords(sql))
    kept.push({ section: 'dropUsers', name, field: 'password', as: 'hash', value })
  return (await listSftpUsers(sql)).map(({ name, home, publicKeys }) => ({ name, home, publicKeys })).sort(byText(one => one.name))
}

/** Archived rules are here too: whoever wants one again takes it out of the archive. */
async function ruleGroupsOf(sql: Sql): Promise<Entry<'ruleGroups'>[]> {
  const rules = await rulesOf(sql, { isArchivedToo: true })
  return (await ruleGroups(sql)).map(({ ruleGroupId, name, kind, sequence }) => ({
    ...{ name, kind, sequence },
    rules: rules
      .filter(rule => rule.ruleGroupId === ruleGroupId)
      .map(({ ruleId: _, ruleGroupId: __, group: ___, kind: ____, place: _____, changedAt: ______, fromAt, thruAt, ...said }) => ({
        ...{ ...said, fromAt: isoOf(fromAt), thruAt: isoOf(thruAt) },
      })),
  }))
}

async function schedulesOf(sql: Sql): Promise<Entry<'schedules'>[]> {
  const [ofJobs, ofEach, people] = [await schedules(sql, JOBS), await ownSchedules(sql), await permissions(sql)]
  return JOBS.flatMap(job => {
    const own = ofJobs.get(job.slug)
    const given = people.get(job.slug) ?? null
    return [
      ...(own === undefined ? [] : [scheduleOf(job, null, own, given)]),
      ...[...(ofEach.get(job.slug) ?? [])].map(([whose, schedule]) => scheduleOf(job, whose, schedule, null)),
    ]
  })
}

function scheduleOf(job: Job, whose: string | null, schedule: Schedule, people: string[] | null): Entry<'schedules'> {
  const { cron, timeZone, firstRunAt, isRealTime, parameters, paused } = schedule
  const said = { cron, timeZone, firstRunAt: isoOf(firstRunAt), isRealTime, parameters: { ...parameters } }
  const per = perWhat(job)
  return {
    job: job.name,
    shop: per === 'shop' ? whose : null,
    source: per === 'source' ? whose : null,
    ...said,
    paused: paused?.reason ?? null,
    people,
  }
}

function isoOf(at: InstantMs | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

async function alertsOf(sql: Sql, kept: KeptSecret[]): Promise<Entry<'alerts'>[]> {
  for (const { name, secretSealed } of await recipientSecrets(sql)) keep(kept, 'alerts', name, { secret: secretSealed })
  const rows = await recipients(sql)
  for (const { name, kind, address } of rows) {
    const value = createHash('sha256').update(address).digest('hex')
    if (kind !== 'email') kept.push({ section: 'alerts', name, field: 'address', as: 'sha256', value })
  }
  return rows
    .map(({ recipientId: _, hasSecret: __, lastSentAt: ___, lastCode: ____, lastReason: _____, ...shown }) => shown)
    .sort(byText(one => one.name))
}

function keep(kept: KeptSecret[], section: keyof Configuration, name: string, fields: Readonly<Record<string, string | null>>): void {
  for (const [field, sealed] of Object.entries(fields))
    if (sealed !== null) kept.push({ section, name, field, as: 'sealed', value: sealed })
}

/** By the numbers of the signs and not as the database sorts: two houses may sort text otherwise. */
function byText<One>(textOf: (one: One) => string): (one: One, other: One) => number {
  return (one, other) => (textOf(one) < textOf(other) ? -1 : textOf(one) > textOf(other) ? 1 : 0)
}
