import { expect, test } from 'vitest'
import type { Item, Kind } from './difference.ts'
import { endable } from './ends.ts'

const item = (kind: Kind, name: string, value: Item['value'] = {}): Item => ({ kind, name, at: [kind], value, secrets: {} })
const of = {
  sections: new Set(['users', 'tokens', 'sources', 'feeds', 'schedules', 'facilities', 'groups', 'shops', 'ruleGroups']),
  sourcesInUse: new Set(['netsuite']),
  who: 'ada',
}

test.each<[says: string, item: Item, ends: boolean]>([
  ['a person', item('users', 'eve'), true],
  ['the person who applies: nobody shuts themselves out', item('users', 'ada'), false],
  ['a token, though it is called as the person who applies is', item('tokens', 'ada'), true],
  ['a source that no feed needs', item('sources', 'old'), true],
  ['a source that a feed needs', item('sources', 'netsuite'), false],
  ['a feed that is on', item('feeds', 'counts', { isEnabled: true }), true],
  ['a feed that is off already', item('feeds', 'counts', { isEnabled: false }), false],
  ['the schedule of a shop', item('schedules', 'hard-sync-job / corner', { shop: 'corner', source: null }), true],
  ['the schedule of a source', item('schedules', 'import-inventory / netsuite', { shop: null, source: 'netsuite' }), true],
  ['the schedule of a job itself', item('schedules', 'hard-sync-job', { shop: null, source: null }), false],
  ['a rule', item('rules', 'Safety / Two'), true],
  ['a section that the file does not have', item('alerts', 'desk'), false],
  ['a facility', item('facilities', 'W1'), false],
  ['a group', item('groups', 'ONLINE'), false],
  ['a shop', item('shops', 'corner'), false],
  ['a location that is mapped', item('locations', 'corner / 1'), false],
  ['a group of rules', item('ruleGroups', 'Safety'), false],
])('%s', (_, one, ends) => expect(endable([one], of)).toEqual(ends ? [one] : []))
