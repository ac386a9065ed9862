import { addRuleGroup, ruleGroups, rulesOf, setStatus } from '../../availability/rule-store.ts'
import { channelCalled, endMemberships, facilityCalled } from '../../catalog/place-store.ts'
import { declareLocation, locationsKnown } from '../../catalog/reading-store.ts'
import { addChannelGroup, facilitiesInConflict, importFacilities, shopCalled } from '../../catalog/store.ts'
import { recordAudit } from '../../db/audit.ts'
import type { Tx } from '../../db/connection.ts'
import type { Clock } from '../../kernel/clock.ts'
import { TrueupError } from '../../kernel/error.ts'
import { recipients } from '../../reconcile/alert-store.ts'
import type { Call } from './call.ts'
import type { Difference } from './difference.ts'
import { setDropUser, setToken, setUser } from './people-deeds.ts'
import { setShop } from './shop-deeds.ts'

export type DeedDeps = {
  tx: Tx
  clock: Clock
  who: string
  call: Call
  /** What a secret of this thing is now to be; undefined: it stays as it is. */
  secretOf(field: string): string | undefined
  /** A secret as it is kept; null: there is none. */
  unsealed(sealed: string | null): string | null
  warn(warning: string): void
}

export const REASON = 'from a configuration file'

/** Does what one difference asks for. Everything that a route can do a route does; the rest is done and put on record here. */
export async function carryOut(deps: DeedDeps, difference: Difference): Promise<void> {
  const { kind } = difference.item
  switch (kind) {
    case 'facilities':
      return setFacility(deps, difference)
    case 'groups':
      return setGroup(deps, difference)
    case 'sources':
      return void (await deps.call('POST', '/sources', { body: { ...difference.item.value, ...secrets(deps, ['secret', 'passphrase']) } }))
    case 'feeds':
      return setFeed(deps, difference)
    case 'shops':
      return setShop(deps, difference)
    case 'locations':
      return setLocation(deps, difference)
    case 'ruleGroups':
      return setRuleGroup(deps, difference)
    case 'rules':
      return setRule(deps, difference)
    case 'schedules':
      return setSchedule(deps, difference)
    case 'users':
      return setUser(deps, difference)
    case 'tokens':
      return setToken(deps, difference)
    case 'dropUsers':
      return setDropUser(deps, difference)
    case 'alerts':
      return setRecipient(deps, difference)
  }
}

/** An address that is not given stays. */
async function setRecipient(deps: DeedDeps, { item }: Difference): Promise<void> {
  const before = (await recipients(deps.tx)).find(one => one.name === item.name)
  const said = { ...(before ? { address: before.address } : {}), ...item.value, ...secrets(deps, ['address', 'secret']) }
  if (!('address' in said)) throw addressNotGiven(item.name)
  await deps.call('PUT', '/alerts/recipients', { body: said })
}

/** Feeds are made before any follows another, since the file may name them in any order. */
export async function letFollow({ call }: DeedDeps, { item }: Difference): Promise<void> {
  await call('PUT', '/feeds/:name', { params: { name: item.name }, body: { follows: item.value.follows, reason: REASON } })
}

function secrets({ secretOf }: DeedDeps, fields: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    fields.flatMap(field => {
      const secret = secretOf(field)
      return secret === undefined ? [] : [[field, secret]]
    }),
  )
}

type Facility = { code: string; name: string; type: string; externalId: string | null; allowBrokering: boolean; allowPickup: boolean }

async function setFacility({ tx, clock, who, call }: DeedDeps, { kind, item, fields }: Difference): Promise<void> {
  const { allowBrokering, allowPickup, ...row } = item.value as Facility
  const at = clock.now()
  if (kind === 'add' || fields.some(({ field }) => ['name', 'type', 'externalId'].includes(field))) {
    const before = await facilityCalled(tx, row.code)
    if ((await facilitiesInConflict(tx, [row])).length > 0) throw externalIdTaken(row)
    await importFacilities(tx, [row], at)
    const was = before && { name: before.name, type: before.type, externalId: before.externalId }
    await recordAudit(tx, {
      at,
      who,
      action: 'facility.change',
      subject: 'facility',
      name: row.code,
      before: was,
      after: row,
      reason: REASON,
    })
  }
  const switched = await facilityCalled(tx, row.code)
  if (switched?.allowBrokering === allowBrokering && switched.allowPickup === allowPickup) return
  await call('PUT', '/facilities/:code/switches', { params: { code: row.code }, body: { allowBrokering, allowPickup, reason: REASON } })
}

type Group = { code: string; name: string; facilities: string[]; isSelling: boolean; holdPreorder: boolean }

async function setGroup({ tx, clock, who, call }: DeedDeps, { item, fields }: Difference): Promise<void> {
  const { code, name, facilities, isSelling, holdPreorder } = item.value as Group
  const at = clock.now()
  for (const facility of facilities) if ((await facilityCalled(tx, facility)) === null) throw facilityUnknown(facility)
  const before = await channelCalled(tx, code)
  const gone = (before?.facilities ?? []).filter(facility => !facilities.includes(facility))
  if (before === null || fields.some(({ field }) => field === 'name' || field === 'facilities')) {
    const groupId = await addChannelGroup(tx, { code, name, facilityCodes: facilities, now: at })
    if (gone.length > 0) await endMemberships(tx, groupId, gone, at)
    const was = before && { name: before.name, facilities: before.facilities }
    const deed = { action: 'group.change', subject: 'group', name: code, before: was, after: { name, facilities }, reason: REASON }
    await recordAudit(tx, { at, who, ...deed })
  }
  if ((before?.isSelling ?? true) === isSelling && (before?.holdPreorder ?? false) === holdPreorder) return
  await call('PUT', '/groups/:code/switches', { params: { code }, body: { isSelling, holdPreorder, reason: REASON } })
}

async function setFeed({ call }: DeedDeps, { kind, item, fields }: Difference): Promise<void> {
  const { settings, follows: _, name, ...said } = item.value as { name: string; settings: Record<string, unknown>; follows: string | null }
  const changed = fields.map(({ field }) => field)
  const isFollowing = changed.includes('follows') ? { follows: null } : {}
  if (kind === 'add') await call('POST', '/feeds', { body: { name, ...said, ...isFollowing } })
  else if (changed.some(field => field !== 'settings')) {
    await call('PUT', '/feeds/:name', { params: { name }, body: { ...said, ...isFollowing, reason: REASON } })
  }
  if (!changed.includes('settings')) return
  const before = fields.find(({ field }) => field === 'settings')?.before as Record<string, unknown> | null
  const gone = Object.fromEntries(Object.keys(before ?? {}).map(section => [section, null]))
  await call('PUT', '/feeds/:name/settings', { params: { name }, body: { settings: { ...gone, ...settings }, reason: REASON } })
}

type Location = { shop: string; gid: string; name: string; facility: string | null; group: string | null; weight: number | null }

/** A shop that was not read yet may be mapped too: its first reading says whether the location is there. */
async function setLocation({ tx, clock, call }: DeedDeps, { item, fields }: Difference): Promise<void> {
  const { shop: code, gid, name, facility, group, weight } = item.value as Location
  const shop = await shopCalled(tx, code)
  if (shop === null) throw shopMissing(code)
  if (shop.catalogReadAt === null) await declareLocation(tx, shop.shopId, { locationGid: gid, name }, clock.now())
  const location = (await locationsKnown(tx, shop.shopId)).find(one => one.locationGid === gid)
  if (location === undefined) throw locationMissing(code, gid)
  const { locationId } = location
  if (location.facility !== facility || location.group !== group) {
    const body = facility === null ? { group } : { facility }
    await call('PUT', '/shops/:code/locations/:locationId/mapping', { params: { code, locationId }, body })
  }
  if (fields.some(({ field }) => field === 'weight'))
    await call('PUT', '/shops/:code/shares', { params: { code }, body: { shares: [{ locationId, weight }], reason: REASON } })
}

async function setRuleGroup({ tx, clock, who }: DeedDeps, { kind, item }: Difference): Promise<void> {
  const group = item.value as Parameters<typeof addRuleGroup>[1]
  if (kind === 'change') throw notChangeable('A group of rules keeps what it sets and its place.', 'Make a group of another name.')
  await addRuleGroup(tx, group, clock.now())
  await recordAudit(tx, {
    at: clock.now(),
    who,
    action: 'rule_group.add',
    subject: 'rule group',
    name: group.name,
    before: null,
    after: group,
    reason: REASON,
  })
}

type Status = 'draft' | 'active' | 'archived'

async function setRule({ tx, clock, who, call }: DeedDeps, { kind, item, fields }: Difference): Promise<void> {
  const { group, status, ...text } = item.value as { group: string; status: Status; name: string }
  const ruleGroupId = (await ruleGroups(tx)).find(one => one.name === group)?.ruleGroupId
  const known = (await rulesOf(tx, { isArchivedToo: true })).find(one => one.group === group && one.name === text.name)
  const body = { ...text, ruleGroupId }
  if (kind === 'add') await call('POST', '/rules', { body })
  else if (fields.some(({ field }) => field !== 'status')) await call('PUT', '/rules/:id', { params: { id: known?.ruleId }, body })
  const now = (await rulesOf(tx, { isArchivedToo: true })).find(one => one.group === group && one.name === text.name)
  if (now === undefined || now.status === status) return
  if (status !== 'draft') {
    return void (await call('POST', status === 'active' ? '/rules/:id/activate' : '/rules/:id/archive', { params: { id: now.ruleId } }))
  }
  await setStatus(tx, now.ruleId, 'draft', clock.now())
  const deed = { action: 'rule.withdraw', subject: 'rule', name: text.name, before: { status: now.status }, after: { status } }
  await recordAudit(tx, { at: clock.now(), who, ...deed, reason: REASON })
}

async function setSchedule({ call, warn }: DeedDeps, { kind, item, fields }: Difference): Promise<void> {
  const { job, shop, source, paused, people, ...said } = item.value as {
    job: string
    shop: string | null
    source: string | null
    paused: string | null
    people: string[] | null
  }
  const of = { params: { name: job }, query: { ...(shop === null ? {} : { shop }), ...(source === null ? {} : { source }) } }
  const changed = (name: string) => fields.some(({ field }) => field === name)
  if (kind === 'add' || Object.keys(said).some(changed)) {
    const { warnings } = (await call('PUT', '/jobs/:name/schedule', { ...of, body: said })) as { warnings: string[] }
    for (const warning of warnings) warn(warning)
  }
  if (changed('paused'))
    await (paused === null
      ? call('POST', '/jobs/:name/resume', of)
      : call('POST', '/jobs/:name/pause', { ...of, body: { reason: paused } }))
  if (changed('people')) {
    if (shop !== null || source !== null)
      throw notChangeable(
        'Who may run a job is said of the job, and not of its shops or sources.',
        'Move `people` to the entry without one.',
      )
    await call('PUT', '/jobs/:name/people', { params: { name: job }, body: { people } })
  }
}

function notChangeable(message: string, hint: string): TrueupError {
  return new TrueupError('CONFIG_NOT_CHANGEABLE', message, { retry: 'never', hint })
}

function addressNotGiven(name: string): TrueupError {
  return new TrueupError('CONFIG_SECRET_MISSING', `The address of ${name} is not known here, and the file gives none.`, {
    retry: 'never',
    hint: 'Set the variable or file that `address` refers to, where you apply; or write the address.',
  })
}

function externalIdTaken({ code, externalId }: Pick<Facility, 'code' | 'externalId'>): TrueupError {
  return new TrueupError('CATALOG_EXTERNAL_ID_TAKEN', `Another facility than ${code} has the external id ${externalId}.`, {
    retry: 'never',
    hint: 'Give each facility an external id of its own: a file that names it would otherwise speak of two.',
    detail: { code, externalId },
  })
}

function facilityUnknown(facility: string): TrueupError {
  return new TrueupError('CATALOG_FACILITY_NOT_FOUND', `There is no facility ${facility}.`, {
    retry: 'never',
    hint: 'Name it in the section `facilities` of the file, or bring it in by a file for the feed `facilities` first.',
    detail: { facility },
  })
}

function shopMissing(shop: string): TrueupError {
  return new TrueupError('SHOP_NOT_FOUND', `There is no shop ${shop}.`, {
    retry: 'never',
    hint: 'Mend what the file says of the shop itself.',
  })
}

function locationMissing(shop: string, gid: string): TrueupError {
  return new TrueupError('CATALOG_LOCATION_NOT_FOUND', `The shop ${shop} has no location ${gid}.`, {
    retry: 'never',
    hint: `Take the id from \`trueup shop locations ${shop} --json\`.`,
    detail: { shop, gid },
  })
}
