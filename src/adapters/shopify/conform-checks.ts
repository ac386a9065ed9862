import type { Reply, Stage } from './conform.ts'
import { BULK_CHECKS } from './conform-bulk-checks.ts'
import { levelNow, SET, type SetRow, setInput, wordsOf } from './conform-scene.ts'

export type Check = {
  check: string
  /** What the simulated shop does, on every version of the API or on this one. */
  simulated: string | ((apiVersion: string) => string)
  dial?: string
  /** What the shop does; null: this shop has nothing to try it on. */
  look(stage: Stage): Promise<string | null>
}

const ADJUST = `mutation ConformAdjust($input: InventoryAdjustQuantitiesInput!, $key: String!) {
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id }
    userErrors { field message code }
  }
}`

const set = (stage: Stage, rows: readonly SetRow[], more: { key?: string; name?: string } = {}): Promise<Reply> =>
  stage.ask(SET, { input: setInput(rows, more.name), key: more.key ?? stage.key() })
const here = ({ scene }: Stage, units: number, from: number | null): SetRow => ({ item: scene.item, location: scene.location, units, from })
const there = ({ scene }: Stage, units: number, from: number | null): SetRow => ({
  item: scene.other,
  location: scene.location,
  units,
  from,
})
const shown = async ({ ask, scene }: Stage, item = scene.item): Promise<number> =>
  (await levelNow(ask, { item, location: scene.location }))?.available ?? Number.NaN

const WITHOUT_KEY = SET.replace(' @idempotent(key: $key)', '').replace(', $key: String!', '')
const rowsWithoutCompare = ({ scene }: Stage) => ({
  name: 'available',
  reason: 'correction',
  quantities: [{ inventoryItemId: scene.item, locationId: scene.location, quantity: 1 }],
})
/** Rows that name nothing, for what is looked at before anything is looked up. */
const nobody = (count: number): SetRow[] =>
  Array.from({ length: count }, (_, at) => ({
    item: `gid://shopify/InventoryItem/${900_000_000_000 + at}`,
    location: 'gid://shopify/Location/1',
    units: 1,
    from: null,
  }))

const WRITE_CHECKS: readonly Check[] = [
  {
    check: 'A write without @idempotent',
    simulated: 'BAD_REQUEST',
    look: async stage => wordsOf(await stage.ask(WITHOUT_KEY, { input: setInput([here(stage, 1, null)]) })),
  },
  {
    check: 'A row without changeFromQuantity',
    simulated: 'INVALID_FIELD_ARGUMENTS',
    look: async stage => wordsOf(await stage.ask(SET, { input: rowsWithoutCompare(stage), key: stage.key() })),
  },
  {
    check: 'Both at once: which is missed first',
    simulated: 'BAD_REQUEST',
    look: async stage => wordsOf(await stage.ask(WITHOUT_KEY, { input: rowsWithoutCompare(stage) })),
  },
  {
    check: 'A write that changes nothing',
    simulated: 'done, without a group',
    look: async stage => wordsOf(await set(stage, [here(stage, await shown(stage), null)])),
  },
  {
    check: 'What a change of available lists, and the quantity after it',
    simulated: 'available +1 null, on_hand +1 null',
    async look(stage) {
      const reply = await set(stage, [here(stage, (await shown(stage)) + 1, null)])
      const changes = (reply.data?.inventorySetQuantities?.inventoryAdjustmentGroup?.changes ?? []) as Change[]
      return changes.map(each => `${each.name} +${each.delta} ${each.quantityAfterChange}`).join(', ')
    },
  },
  {
    check: 'A stale row alone',
    simulated: 'CHANGE_FROM_QUANTITY_STALE at input.quantities.0.changeFromQuantity',
    dial: 'staleField',
    look: async stage => wordsOf(await set(stage, [here(stage, 1, -4_321)])),
  },
  {
    check: 'A stale row among others: what is said, and whether the others are written',
    simulated: 'CHANGE_FROM_QUANTITY_STALE at input.quantities.1.changeFromQuantity; the other row is not written',
    dial: 'staleField',
    async look(stage) {
      const before = await shown(stage, stage.scene.other)
      const words = wordsOf(await set(stage, [there(stage, before + 1, before), here(stage, 1, -4_321)]))
      const isWritten = (await shown(stage, stage.scene.other)) !== before
      return `${words}; the other row is ${isWritten ? 'written' : 'not written'}`
    },
  },
  {
    check: 'The same key and parameters after a success',
    simulated: 'done, with a group; not run again',
    dial: 'replay',
    async look(stage) {
      const before = await shown(stage)
      const key = stage.key()
      await set(stage, [here(stage, before + 1, null)], { key })
      await set(stage, [here(stage, before, null)])
      const words = wordsOf(await set(stage, [here(stage, before + 1, null)], { key }))
      return `${words}; ${(await shown(stage)) === before ? 'not run again' : 'run again'}`
    },
  },
  {
    check: 'The same key with other parameters',
    simulated: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH at no field',
    async look(stage) {
      const before = await shown(stage)
      const key = stage.key()
      await set(stage, [here(stage, before, null)], { key })
      return wordsOf(await set(stage, [here(stage, before + 5, null)], { key }))
    },
  },
  {
    check: 'The same key with the fields of the input in another order',
    simulated: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH at no field',
    async look(stage) {
      const key = stage.key()
      const input = setInput([here(stage, await shown(stage), null)])
      await stage.ask(SET, { input, key })
      return wordsOf(await stage.ask(SET, { input: Object.fromEntries(Object.entries(input).reverse()), key }))
    },
  },
  {
    check: 'The same key and parameters after an answered failure',
    simulated: 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED at no field',
    dial: 'failedKeys',
    async look(stage) {
      const key = stage.key()
      await set(stage, [here(stage, 1, -4_321)], { key })
      return wordsOf(await set(stage, [here(stage, 1, -4_321)], { key }))
    },
  },
  {
    check: 'The same pair twice in one call',
    simulated: 'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR twice',
    async look(stage) {
      const reply = await set(stage, [here(stage, 1, null), here(stage, 2, null)])
      const codes = ((reply.data?.inventorySetQuantities?.userErrors ?? []) as { code: string }[]).map(error => error.code)
      return `${[...new Set(codes)].join(', ')} ${codes.length === 2 ? 'twice' : `${codes.length} times`}`
    },
  },
  {
    check: '251 rows',
    simulated: 'MAX_INPUT_SIZE_EXCEEDED',
    look: async stage => wordsOf(await set(stage, nobody(251))),
  },
  {
    check: 'What 250 rows cost, beside one row',
    simulated: 'the same',
    async look(stage) {
      const [one, many] = [await set(stage, nobody(1)), await set(stage, nobody(250))]
      return one.requestedPoints === many.requestedPoints ? 'the same' : `${one.requestedPoints} and ${many.requestedPoints} points`
    },
  },
  {
    check: 'An item that does not exist',
    simulated: 'INVALID_INVENTORY_ITEM at input.quantities.0.inventoryItemId',
    look: async stage => wordsOf(await set(stage, [{ ...here(stage, 1, null), item: 'gid://shopify/InventoryItem/900000000001' }])),
  },
  {
    check: 'Available below zero',
    simulated: 'done, with a group',
    look: async stage => wordsOf(await set(stage, [here(stage, -2, null)])),
  },
  {
    check: 'On hand below zero',
    simulated: 'INVALID_QUANTITY_NEGATIVE at input.quantities.0.quantity',
    look: async stage => wordsOf(await set(stage, [here(stage, -2, null)], { name: 'on_hand' })),
  },
  {
    check: 'Adding to on hand',
    simulated: 'INVALID_QUANTITY_NAME at input.name',
    look: async stage => wordsOf(await adjust(stage, 'on_hand', 1), 'inventoryAdjustQuantities').split(', ')[0] ?? null,
  },
  {
    check: 'Adding one without comparing',
    simulated: 'done, with a group; one more',
    async look(stage) {
      const before = await shown(stage)
      const words = wordsOf(await adjust(stage, 'available', 1), 'inventoryAdjustQuantities')
      return `${words}; ${(await shown(stage)) === before + 1 ? 'one more' : 'not one more'}`
    },
  },
  {
    check: 'A write to a pair that was never stocked',
    simulated: apiVersion =>
      apiVersion < '2026-10'
        ? 'ITEM_NOT_STOCKED_AT_LOCATION at input.quantities.0.locationId; there is no level'
        : 'done, with a group; the level is inactive',
    dial: 'unstockedWrites',
    async look(stage) {
      const { scene, ask } = stage
      if (scene.elsewhere === null) return null
      const pair = { item: scene.item, location: scene.elsewhere }
      const words = wordsOf(await set(stage, [{ ...pair, units: 1, from: null }]))
      const level = await levelNow(ask, pair)
      return `${words}; ${level === null ? 'there is no level' : `the level is ${level.isActive ? 'active' : 'inactive'}`}`
    },
  },
  {
    check: 'A write of an item that is not tracked',
    simulated: 'done, with a group',
    look: async stage =>
      stage.scene.untracked === null ? null : wordsOf(await set(stage, [{ ...stage.scene.untracked, units: 3, from: null }])),
  },
  {
    check: 'A write of a bundle parent',
    simulated: 'NON_MUTABLE_INVENTORY_ITEM at input.quantities.0.inventoryItemId',
    look: async stage =>
      stage.scene.bundle === null ? null : wordsOf(await set(stage, [{ ...here(stage, 1, null), item: stage.scene.bundle }])),
  },
  {
    check: 'Activating an active level with a quantity',
    simulated: 'Not allowed to set available quantity when the item is already active at the location.',
    async look({ ask, scene, key }) {
      const { data } = await ask(
        `mutation On($item: ID!, $location: ID!, $key: String!) {
          inventoryActivate(inventoryItemId: $item, locationId: $location, available: 3) @idempotent(key: $key) { userErrors { field message } }
        }`,
        { item: scene.item, location: scene.location, key: key() },
      )
      return data?.inventoryActivate?.userErrors?.[0]?.message ?? 'no error'
    },
  },
]

const READ_CHECKS: readonly Check[] = [
  {
    check: 'What nodes(ids) of ten items costs, beside one',
    simulated: 'ten times as much',
    async look({ ask, scene }) {
      const query = 'query Some($ids: [ID!]!) { nodes(ids: $ids) { ... on InventoryItem { id tracked } } }'
      const one = await ask(query, { ids: [scene.item] })
      const ten = await ask(query, { ids: Array.from({ length: 10 }, () => scene.item) })
      const factor = (ten.requestedPoints ?? 0) / (one.requestedPoints ?? 1)
      return factor === 10 ? 'ten times as much' : `${factor} times as much`
    },
  },
  {
    check: 'A search by a filter that does not exist',
    simulated: 'finds everything, with a warning',
    async look({ ask }) {
      const query = 'query Odd($q: String) { inventoryItems(first: 2, query: $q) { nodes { id } } }'
      const reply = await ask(query, { q: 'no_such_filter:1' })
      const found = (reply.data?.inventoryItems?.nodes ?? []).length > 0 ? 'finds everything' : 'finds nothing'
      return `${found}, ${reply.searchWarnings > 0 ? 'with a warning' : 'without a word'}`
    },
  },
  {
    check: 'What the shop says when its points are used up',
    simulated: 'HTTP 200 THROTTLED',
    async look({ client, sleep, scene }) {
      // The same item again and again, so that a small shop is dear to ask, too.
      const parts = Array.from({ length: 3 }, (_, at) => `part${at}: nodes(ids: $ids) { id }`)
      const query = `query Dear($ids: [ID!]!) { ${parts.join(' ')} }`
      const variables = { ids: Array.from({ length: 250 }, () => scene.item) }
      const answers = await Promise.all(Array.from({ length: 5 }, () => client.post(JSON.stringify({ query, variables }))))
      // So that what follows is not turned away.
      await sleep(POINTS_COME_BACK_MS)
      const words = answers.flatMap(answer => {
        if (answer.kind !== 'answered') return []
        const code = (answer.body?.errors as { extensions?: { code?: string } }[] | undefined)?.[0]?.extensions?.code
        return code === undefined && answer.status === 200 ? [] : [`HTTP ${answer.status} ${code ?? 'without a code'}`]
      })
      return words[0] ?? 'nothing: they were not used up'
    },
  },
]

const POINTS_COME_BACK_MS = 20_000

export const CHECKS: readonly Check[] = [...WRITE_CHECKS, ...READ_CHECKS, ...BULK_CHECKS]

type Change = { name: string; delta: number; quantityAfterChange: number | null }

function adjust({ ask, scene, key }: Stage, name: string, delta: number): Promise<Reply> {
  const changes = [{ delta, inventoryItemId: scene.item, locationId: scene.location, changeFromQuantity: null }]
  return ask(ADJUST, { input: { name, reason: 'correction', changes }, key: key() })
}
