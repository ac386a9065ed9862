import { TrueupError } from '../../kernel/error.ts'
import type { Reply, Stage } from './conform.ts'

type Ask = Stage['ask']

export type LevelBefore = { item: string; location: string; levelId: string | null; available: number; isActive: boolean }

/** What the checks play with, and how it was before. */
export type Scene = {
  item: string
  other: string
  location: string
  /** A location that does not stock the first item, and never did; null: there is none. */
  elsewhere: string | null
  untracked: { item: string; location: string } | null
  bundle: string | null
  before: LevelBefore[]
}

const VARIANTS = `query Scene {
  productVariants(first: 50, sortKey: ID) {
    nodes {
      requiresComponents
      inventoryItem {
        id
        tracked
        inventoryLevels(first: 10, includeInactive: true) {
          nodes { id isActive location { id } quantities(names: ["available"]) { quantity } }
        }
      }
    }
  }
  locations(first: 20) { nodes { id isActive isFulfillmentService } }
}`

type Level = { id: string; isActive: boolean; location: { id: string }; quantities: { quantity: number }[] }
type Variant = { requiresComponents: boolean; inventoryItem: { id: string; tracked: boolean; inventoryLevels: { nodes: Level[] } } }

export async function setScene(ask: Ask): Promise<Scene> {
  const { data, errors } = await ask(VARIANTS)
  if (data === null) throw refused(`the shop did not show its items: ${errors[0]?.message ?? 'no reason was given'}`)
  const variants = data.productVariants.nodes as Variant[]
  const locations = (data.locations.nodes as { id: string; isActive: boolean; isFulfillmentService: boolean }[]).filter(
    each => each.isActive && !each.isFulfillmentService,
  )
  const plain = variants.filter(each => each.inventoryItem.tracked && !each.requiresComponents)
  for (const { id: location } of locations) {
    const stocked = plain.filter(each => activeAt(each, location))
    const [first, second] = stocked.toSorted((one, two) => levelsOf(one).length - levelsOf(two).length)
    if (first === undefined || second === undefined) continue
    const free = locations.find(each => each.id !== location && !levelsOf(first).some(level => level.location.id === each.id))
    const untracked = variants.find(each => !each.inventoryItem.tracked && activeAt(each, location))
    const scene: Scene = {
      item: first.inventoryItem.id,
      other: second.inventoryItem.id,
      location,
      elsewhere: free?.id ?? null,
      untracked: untracked === undefined ? null : { item: untracked.inventoryItem.id, location },
      bundle: variants.find(each => each.requiresComponents)?.inventoryItem.id ?? null,
      before: [first, second, ...(untracked === undefined ? [] : [untracked])].map(each => before(each, location)),
    }
    return scene
  }
  throw refused('the shop has no location with two tracked items: these calls need two to play with')
}

const LEVEL = `query Level($item: ID!, $location: ID!) {
  inventoryItem(id: $item) {
    inventoryLevel(locationId: $location, includeInactive: true) { id isActive quantities(names: ["available", "damaged"]) { name quantity } }
  }
}`

export async function levelNow(
  ask: Ask,
  of: { item: string; location: string },
): Promise<{ id: string; isActive: boolean; available: number; damaged: number } | null> {
  const { data, errors } = await ask(LEVEL, { item: of.item, location: of.location })
  if (data === null) throw refused(`the shop did not show a level: ${errors[0]?.message ?? 'no reason was given'}`)
  const level = data?.inventoryItem?.inventoryLevel
  if (!level) return null
  const units = (name: string) => (level.quantities as { name: string; quantity: number }[]).find(each => each.name === name)?.quantity ?? 0
  return { id: level.id, isActive: level.isActive, available: units('available'), damaged: units('damaged') }
}

export const SET = `mutation ConformSet($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id changes { name delta quantityAfterChange item { id } location { id } } }
    userErrors { field message code }
  }
}`

export type SetRow = { item: string; location: string; units: number; from: number | null }

export function setInput(rows: readonly SetRow[], name = 'available'): object {
  const quantities = rows.map(row => ({
    inventoryItemId: row.item,
    locationId: row.location,
    quantity: row.units,
    changeFromQuantity: row.from,
  }))
  return { name, reason: 'correction', referenceDocumentUri: 'gid://trueup/Conform/1', quantities }
}

/** How often something is tried that leaves the shop as it was, and how long apart. */
const TRIES_MAX = 5
const TRY_MS = 2_000

/**
 * Everything as it was; and what was made at the other location is empty and switched off. Each level for itself, since a call fails whole:
 * one that the shop will not have written must not keep the others from being put back.
 */
export async function putBack(stage: Stage): Promise<void> {
  const { scene, ask, key } = stage
  for (const before of scene.before)
    await triedAgain(stage, async () => {
      if (isAsBefore(before, await levelNow(ask, before))) return true
      const { item, location, available: units } = before
      await ask(SET, { input: setInput([{ item, location, units, from: null }]), key: key() })
      return null
    })
  const { elsewhere } = scene
  if (elsewhere === null) return
  await triedAgain(stage, async () => {
    const made = await levelNow(ask, { item: scene.item, location: elsewhere })
    if (made === null || (made.available === 0 && !made.isActive)) return true
    if (made.available !== 0)
      await ask(SET, { input: setInput([{ item: scene.item, location: elsewhere, units: 0, from: null }]), key: key() })
    if (made.isActive)
      await ask('mutation Off($id: ID!) { inventoryDeactivate(inventoryLevelId: $id) { userErrors { message } } }', { id: made.id })
    return null
  })
}

/** Tries until there is something. Null: it never came to pass, and what was to be left so is said when the levels are looked at. */
async function triedAgain<T>({ sleep }: Stage, work: () => Promise<T | null>): Promise<T | null> {
  for (let tries = 1; tries <= TRIES_MAX; tries++) {
    try {
      const done = await work()
      if (done !== null) return done
    } catch (error) {
      if (!(error instanceof TrueupError)) throw error
    }
    if (tries < TRIES_MAX) await sleep(TRY_MS)
  }
  return null
}

/** Each level that does not show what it did before, or of which nobody knows, with what it was. */
export async function leftBehind(stage: Stage): Promise<string[]> {
  const { scene, ask } = stage
  const left: string[] = []
  for (const before of scene.before) {
    const found = await triedAgain(stage, async () => ({ level: await levelNow(ask, before) }))
    if (found !== null && isAsBefore(before, found.level)) continue
    const now = found === null ? 'not known' : (found.level?.available ?? 'nothing')
    left.push(`${before.item} at ${before.location}: ${before.available} before, ${now} now`)
  }
  const { item, elsewhere } = scene
  if (elsewhere === null) return left
  const found = await triedAgain(stage, async () => ({ level: await levelNow(ask, { item, location: elsewhere }) }))
  const made = found?.level
  if (found !== null && (!made || (made.available === 0 && !made.isActive))) return left
  return [...left, `${item} at ${elsewhere}: not stocked before, ${made ? `${made.available} now` : 'not known now'}`]
}

function isAsBefore(before: LevelBefore, now: Awaited<ReturnType<typeof levelNow>>): boolean {
  return now?.available === before.available && now.isActive === before.isActive
}

/** What was answered, in a few words that can be compared. */
export function wordsOf(reply: Reply, root = 'inventorySetQuantities'): string {
  if (reply.errors.length > 0) return reply.errors.map(error => error.extensions?.code ?? 'error without a code').join(', ')
  const payload = reply.data?.[root]
  const errors = (payload?.userErrors ?? []) as { field: string[] | null; code?: string | null }[]
  if (errors.length > 0) return errors.map(error => `${error.code ?? 'no code'} at ${error.field?.join('.') ?? 'no field'}`).join(', ')
  return payload?.inventoryAdjustmentGroup ? 'done, with a group' : 'done, without a group'
}

function levelsOf(variant: Variant): Level[] {
  return variant.inventoryItem.inventoryLevels.nodes
}

function activeAt(variant: Variant, location: string): boolean {
  return levelsOf(variant).some(level => level.isActive && level.location.id === location)
}

function before(variant: Variant, location: string): LevelBefore {
  const level = levelsOf(variant).find(each => each.location.id === location)
  return {
    item: variant.inventoryItem.id,
    location,
    levelId: level?.id ?? null,
    available: level?.quantities[0]?.quantity ?? 0,
    isActive: level?.isActive ?? false,
  }
}

export function refused(why: string): TrueupError {
  return new TrueupError('SHOP_CONFORM_REFUSED', why, {
    retry: 'never',
    hint: 'Name a development shop with two tracked items at one location; for a shop that sells, say --sure.',
  })
}
