import { randomUUID } from 'node:crypto'
import { levelKey } from '../../../simulator/shopify/tables.ts'
import type { SaleWorld, ShopInSale } from './sale-world.ts'

/* Others who would keep a shop in step: as most tools do it, and as nobody can. */

type Waiting = { locationId: number; productId: number; locationGid: string; inventoryItemGid: string; units: number }

/** Writes what we have: without comparing, or comparing and writing the same number again when somebody else wrote meanwhile. */
export async function toolTells({ home, shops }: SaleWorld, kind: 'naive' | 're-assert'): Promise<void> {
  for (const shop of shops) {
    const waiting = await home.db.query<Waiting>(
      `select i.location_id as "locationId", i.product_id as "productId", loc.location_gid as "locationGid",
              i.inventory_item_gid as "inventoryItemGid", i.units
         from outbox.intent i join catalog.location loc on loc.location_id = i.location_id
        where i.shop_id = $1 and i.state = 'pending' order by 1, 2`,
      [shop.shopId],
    )
    if (waiting.length === 0) continue
    await (kind === 'naive' ? setThem(shop, waiting) : reassertThem(shop, waiting))
    await home.db.query(
      `update outbox.intent i set state = 'confirmed' from unnest($2::integer[], $3::integer[]) as k (location_id, product_id)
        where i.shop_id = $1 and i.location_id = k.location_id and i.product_id = k.product_id and i.state = 'pending'`,
      [shop.shopId, waiting.map(each => each.locationId), waiting.map(each => each.productId)],
    )
  }
}

async function setThem({ port }: ShopInSale, waiting: readonly Waiting[]): Promise<void> {
  const rows = waiting.map(each => ({ ...each, fromUnits: -1, onHandUnits: null }))
  const call = port.freeze('set_available', rows, { idempotencyKey: randomUUID(), reference: 'gid://tool/Sync/1' })
  await port.send({ ...call, body: call.body.replaceAll('"changeFromQuantity":-1', '"changeFromQuantity":null') })
}

const TRIES_MAX = 5

async function reassertThem({ port }: ShopInSale, waiting: readonly Waiting[]): Promise<void> {
  for (const locationGid of new Set(waiting.map(each => each.locationGid))) {
    const here = waiting.filter(each => each.locationGid === locationGid)
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const { levels } = await port.readLevels(
        locationGid,
        here.map(each => each.inventoryItemGid),
      )
      const rows = here.map(each => {
        const fromUnits = levels.find(level => level.inventoryItemGid === each.inventoryItemGid)?.availableUnits ?? 0
        return { ...each, fromUnits, onHandUnits: null }
      })
      const call = port.freeze('set_available', rows, { idempotencyKey: randomUUID(), reference: 'gid://tool/Sync/1' })
      if ((await port.send(call)).kind === 'confirmed') break
    }
  }
}

/**
 * Looks when we would look: something about a product is to be told, or somebody wants it looked at. But then it knows what
 * really is free, and tells every level of it the difference, which arrives as late as anybody's.
 */
export async function oracleTells({ home, shops, knownFreeUnits }: SaleWorld): Promise<void> {
  const looked = await home.db.query<{ productId: number }>(
    `with looked as (delete from channel.look returning product_id), told as (
       update outbox.intent set state = 'confirmed' where state = 'pending' returning product_id
     )
     select product_id as "productId" from looked union select product_id from told order by 1`,
  )
  if (looked.length === 0) return
  for (const { port, simulator, locationGids } of shops) {
    const { tables } = simulator.simulated.shop
    const rows = locationGids.flatMap(locationGid =>
      looked.flatMap(({ productId }) => {
        const level = tables.levels.get(levelKey(1_000 + productId, Number(locationGid.split('/').at(-1))))
        const fromUnits = level?.quantities.available ?? 0
        const units = knownFreeUnits(productId)
        const row = {
          locationGid,
          inventoryItemGid: `gid://shopify/InventoryItem/${1_000 + productId}`,
          fromUnits,
          units,
          onHandUnits: null,
        }
        return units === fromUnits ? [] : [row]
      }),
    )
    if (rows.length === 0) continue
    await port.send(port.freeze('adjust_available', rows, { idempotencyKey: randomUUID(), reference: 'gid://oracle/Sync/1' }))
  }
}

/** The operator's rule: every location shows its equal part of what it shares. */
export async function splitPools({ home, shops }: SaleWorld): Promise<void> {
  for (const { shopId } of shops)
    await home.db.query(
      'insert into channel.share (shop_id, location_id, weight) select shop_id, location_id, 1 from catalog.location where shop_id = $1',
      [shopId],
    )
}
