import { rulesOf } from '../../availability/rule-store.ts'
import type { DeedDeps } from './deeds.ts'
import type { Item, Kind } from './difference.ts'
import type { Configuration } from './present.ts'

/*
 * What stands in the house and not in the file, and may be ended without anybody being asked: nothing of it is stock, and no level of a shop
 * is left to itself. A facility, a group, a shop, a location that is mapped and a group of rules stay; people end those, and are asked.
 */

/** The section of the file that a kind of thing stands in: one that the file does not have says nothing of it. */
const SECTION: Partial<Record<Kind, keyof Configuration>> = {
  ...{ sources: 'sources', feeds: 'feeds', rules: 'ruleGroups', schedules: 'schedules', alerts: 'alerts' },
  ...{ users: 'users', tokens: 'tokens', dropUsers: 'dropUsers' },
}

/** Those of the things not named that are ended when somebody wants that. `who`: nobody shuts themselves out. */
export function endable(
  items: readonly Item[],
  of: { sections: ReadonlySet<string>; sourcesInUse: ReadonlySet<unknown>; who: string },
): Item[] {
  return items.filter(({ kind, name, value }) => {
    const section = SECTION[kind]
    if (section === undefined || !of.sections.has(section)) return false
    if (kind === 'users') return name !== of.who
    if (kind === 'sources') return !of.sourcesInUse.has(name)
    if (kind === 'feeds') return value.isEnabled === true
    // The schedule of a job itself is always there: only what a shop or source has of its own ends.
    return kind !== 'schedules' || value.shop !== null || value.source !== null
  })
}

/** Ends one thing, as the route for it does. A feed is switched off: its files and history stay. */
export async function end({ tx, call }: DeedDeps, { kind, name, value }: Item): Promise<void> {
  const params = { name }
  switch (kind) {
    case 'feeds':
      return void (await call('PUT', '/feeds/:name', { params, body: { isEnabled: false, reason: 'not in the configuration file' } }))
    case 'sources':
      return void (await call('DELETE', '/sources/:name', { params }))
    case 'alerts':
      return void (await call('DELETE', '/alerts/recipients/:name', { params }))
    case 'users':
      return void (await call('DELETE', '/people/:name', { params }))
    case 'tokens':
      return void (await call('DELETE', '/people/tokens/:name', { params }))
    case 'dropUsers':
      return void (await call('DELETE', '/drop-server/users/:name', { params }))
    case 'schedules': {
      const query = value.shop === null ? { source: value.source } : { shop: value.shop }
      return void (await call('DELETE', '/jobs/:name/schedule', { params: { name: value.job }, query }))
    }
    case 'rules': {
      const rule = (await rulesOf(tx, { isArchivedToo: false })).find(one => one.group === value.group && one.name === value.name)
      return void (rule && (await call('POST', '/rules/:id/archive', { params: { id: rule.ruleId } })))
    }
    default:
      throw new Error(`bug: ${kind} are not ended by a file`)
  }
}
