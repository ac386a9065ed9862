import type { Db } from '../src/db/connection.ts'

/** A shop in the database whose levels are promised `promisedUnits` each, at four locations; the simulated one shows 5. */
export async function furnish(
  db: Db,
  { url, items, promisedUnits, intent }: { url: string; items: number; promisedUnits: number; intent: 'pending' | 'confirmed' },
): Promise<void> {
  const at = new Date(Date.now() - 3_600_000)
  await db.query(`insert into catalog.shop (code, name, api_url, access_scope) values ('million', 'Million', $1, 'read_and_write')`, [url])
  // Its orders are not what is measured here.
  await db.query('insert into channel.setting (shop_id, is_merged) values (1, false)')
  await db.query(`insert into catalog.facility (code, name, created_at) select 'F' || n, 'F' || n, $1 from generate_series(1, 4) n`, [at])
  await db.query(
    `insert into catalog.location (shop_id, location_gid, name, is_active, seen_at)
     select 1, 'gid://shopify/Location/' || n, 'L' || n, true, $1 from generate_series(1, 4) n`,
    [at],
  )
  await db.query('insert into catalog.location_mapping (shop_id, location_id, facility_id) select 1, n, n from generate_series(1, 4) n')
  await db.query(`insert into catalog.product (name, created_at) select 'P' || n, $2 from generate_series(1, $1) n`, [items, at])
  await db.query(
    `insert into catalog.product_identifier (type, value, product_id) select 'SKU', 'S-' || n, n from generate_series(1, $1) n`,
    [items],
  )
  await db.query(`insert into catalog.item_link select 1, n, 'gid://shopify/InventoryItem/' || n from generate_series(1, $1) n`, [items])
  await db.query(
    `insert into availability.target (shop_id, location_id, product_id, sellable_units, revision, seq, changed_at)
     select 1, l, n, $3, 1, n * 4 + l, $2 from generate_series(1, $1) n, generate_series(1, 4) l`,
    [items, at, promisedUnits],
  )
  await db.query(
    `insert into outbox.intent (shop_id, location_id, product_id, revision, units, inventory_item_gid, state, due_at, created_at, changed_at)
     select 1, l, n, 1, $3, 'gid://shopify/InventoryItem/' || n, $4, $2, $2, $2 from generate_series(1, $1) n, generate_series(1, 4) l`,
    [items, at, promisedUnits, intent],
  )
  for (const table of ['availability.target', 'outbox.intent', 'catalog.item_link', 'catalog.product_identifier'])
    await db.query(`analyze ${table}`)
}
