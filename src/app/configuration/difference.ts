import { type ConfigurationFile, type SectionName, secretFieldsOf } from '../../http/contract/configuration.ts'

/** What a section of the file is about, one word for each. Rules and locations stand inside others, and are compared by themselves. */
export type Kind = SectionName | 'locations' | 'rules'

/** The order in which things need each other. */
export const KINDS: readonly Kind[] = [
  ...([
    'users',
    'tokens',
    'facilities',
    'groups',
    'dropUsers',
    'sources',
    'feeds',
    'shops',
    'locations',
    'ruleGroups',
    'rules',
    'schedules',
    'alerts',
  ] as const),
]

/** One thing that has a name, with what is said of it. */
export type Item = {
  kind: Kind
  /** By which it is known within its kind. */
  name: string
  /** Where it stands in the file. */
  at: readonly (string | number)[]
  value: Readonly<Record<string, unknown>>
  /** Of each secret what it is compared by; never the secret. */
  secrets: Readonly<Record<string, string>>
}

export type Change = { field: string; before: unknown; after: unknown }
/** `end`: what stands here and the file does not name. */
export type Difference = { kind: 'add' | 'change' | 'end'; item: Item; fields: Change[] }

/** Everything that has a name, one by one. `digestOf` gives what a secret is compared by; null: it is not known here. */
export function itemsOf(
  file: ConfigurationFile,
  digestOf: (secret: { section: SectionName; name: string; field: string; reference: string | undefined }) => string | null,
  jobName: (given: string) => string,
): Item[] {
  const items: Item[] = []
  const add = (kind: Kind, name: string, at: Item['at'], value: object, secrets: Item['secrets'] = {}) =>
    items.push({ kind, name, at, value: value as Item['value'], secrets })
  const plain = (section: SectionName, nameOf: (entry: never) => string) => {
    for (const [place, entry] of (file[section] ?? []).entries()) {
      const { value, secrets } = apart(section, nameOf(entry as never), entry)
      add(section, nameOf(entry as never), [section, place], value, secrets)
    }
  }
  plain('facilities', ({ code }: { code: string }) => code)
  plain('groups', ({ code }: { code: string }) => code)
  plain('sources', ({ name }: { name: string }) => name)
  plain('feeds', ({ name }: { name: string }) => name)
  for (const [place, { locations = [], ...entry }] of (file.shops ?? []).entries()) {
    const { value, secrets } = apart('shops', entry.code, entry)
    add('shops', entry.code, ['shops', place], value, secrets)
    for (const [within, location] of locations.entries())
      add('locations', `${entry.code} / ${location.gid}`, ['shops', place, 'locations', within], { shop: entry.code, ...location })
  }
  for (const [place, { rules = [], ...group }] of (file.ruleGroups ?? []).entries()) {
    add('ruleGroups', group.name, ['ruleGroups', place], group)
    for (const [within, rule] of rules.entries())
      add('rules', `${group.name} / ${rule.name}`, ['ruleGroups', place, 'rules', within], { group: group.name, ...rule })
  }
  for (const [place, schedule] of (file.schedules ?? []).entries()) {
    const job = jobName(schedule.job)
    add('schedules', [job, schedule.shop, schedule.source].filter(Boolean).join(' / '), ['schedules', place], { ...schedule, job })
  }
  for (const section of ['alerts', 'users', 'tokens', 'dropUsers'] as const) plain(section, ({ name }: { name: string }) => name)
  return items

  function apart(section: SectionName, name: string, entry: object): Pick<Item, 'value' | 'secrets'> {
    const value: Record<string, unknown> = { ...entry }
    const secrets: Record<string, string> = {}
    for (const field of secretFieldsOf(section, entry)) {
      const digest = digestOf({ section, name, field, reference: value[field] as string | undefined })
      if (digest !== null) secrets[field] = digest
      delete value[field]
    }
    return { value, secrets }
  }
}

const NAMES: ReadonlySet<string> = new Set(['code', 'gid'])
/** Shopify says how a location is called; the file repeats it for whoever reads it. */
const TOLD_ONLY: Readonly<Partial<Record<Kind, string>>> = { locations: 'name' }

/** What would have to be done so that everything is as wanted, in the order in which it can be done. What is not wanted stays. */
export function differencesOf(now: readonly Item[], wanted: readonly Item[]): Difference[] {
  const known = new Map(now.map(item => [keyOf(item), item]))
  const found = wanted.flatMap((item): Difference[] => {
    const before = known.get(keyOf(item))
    if (before === undefined) return [{ kind: 'add', item, fields: said(item) }]
    const fields = changedFields(before, item)
    return fields.length === 0 ? [] : [{ kind: 'change', item, fields }]
  })
  return found.sort((one, other) => KINDS.indexOf(one.item.kind) - KINDS.indexOf(other.item.kind))
}

/** What is here and nobody wants: it stays, and is said. */
export function notNamed(now: readonly Item[], wanted: readonly Item[]): Item[] {
  const named = new Set(wanted.map(keyOf))
  return now.filter(item => !named.has(keyOf(item)) && item.value.status !== 'archived')
}

/** The things that a file names twice: the second of each. */
export function namedTwice(wanted: readonly Item[]): Item[] {
  const seen = new Set<string>()
  return wanted.filter(item => seen.has(keyOf(item)) || !seen.add(keyOf(item)))
}

function changedFields(before: Item, wanted: Item): Change[] {
  const fields = Object.keys(wanted.value).filter(
    field =>
      field !== TOLD_ONLY[wanted.kind] &&
      wanted.value[field] !== undefined &&
      canonical(before.value[field]) !== canonical(wanted.value[field]),
  )
  const secrets = Object.keys(wanted.secrets).filter(field => before.secrets[field] !== wanted.secrets[field])
  return [
    ...fields.map(field => ({ field, before: before.value[field] ?? null, after: wanted.value[field] })),
    ...secrets.map(field => ({ field, before: field in before.secrets ? 'kept sealed' : null, after: 'given' })),
  ]
}

/** Of something new, what is not said by leaving it out. */
function said(item: Item): Change[] {
  const fields = Object.entries(item.value).filter(([field, value]) => field !== 'name' && !NAMES.has(field) && !isNothing(value))
  return [
    ...fields.map(([field, after]) => ({ field, before: null, after })),
    ...Object.keys(item.secrets).map(field => ({ field, before: null, after: 'given' })),
  ]
}

export function isNothing(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0)
}

function keyOf({ kind, name }: Item): string {
  return `${kind}\n${name}`
}

/** The same text for the same value, in whatever order its fields come. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, one: unknown) =>
      one !== null && typeof one === 'object' && !Array.isArray(one)
        ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
        : one,
    ) ?? 'undefined'
  )
}
