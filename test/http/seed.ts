import type { Sql } from '../../src/db/connection.ts'

/** The instant at which everything seeded here is looked at. */
export const NOW = Date.UTC(2026, 10, 23, 10, 0, 0)

const ago = (ms: number) => new Date(NOW - ms)
const MINUTE_MS = 60_000

/**
 * A small house with something of everything: two facilities, three products, a shop with an own location and an
 * aggregate, a file that was applied, one that failed, one that broke off and one that is held.
 */
export async function seed(sql: Sql): Promise<void> {
  await seedCatalog(sql)
  await seedFiles(sql)
  await seedStock(sql)
  await seedShop(sql)
  await sql.query(
    `insert into jobs.heartbeat (room, beat_at, outcome)
     select room, $1, 'finished' from unnest($2::text[]) as r (room)`,
    [ago(2_000), ['feed', 'import', 'orders', 'inventory', 'availability', 'outbox', 'channel', 'reconcile', 'catalog']],
  )
  await sql.query(
    `insert into jobs.run (job, room, started_at, finished_at, outcome, read, wrote, cause)
     values ('Import Inventory', 'feed', $1, $2, 'finished', 1, 1, 'tick')`,
    [ago(10 * MINUTE_MS), ago(10 * MINUTE_MS - 40)],
  )
}

async function seedCatalog(sql: Sql): Promise<void> {
  await sql.query(
    `insert into catalog.product (name, created_at) values ('Adjustable Race', $1), ('Bearing Ball', $1), ('BB Ball Bearing', $1)`,
    [ago(0)],
  )
  await sql.query(
    `insert into catalog.product_identifier (type, value, product_id)
     values ('SKU', 'AR-5381', 1), ('SKU', 'BA/8327', 2), ('SKU', 'BE-2349', 3), ('UPCA', '012345678905', 1)`,
  )
  await sql.query(
    `insert into catalog.facility (code, external_id, name, type, created_at)
     values ('1', 'TOOL', 'Tool Crib', 'WAREHOUSE', $1), ('6', 'MISC', 'Miscellaneous Storage', 'WAREHOUSE', $1)`,
    [ago(0)],
  )
  await sql.query(`insert into catalog.facility_group (code, name) values ('ONLINE', 'Online')`)
  await sql.query(`insert into catalog.facility_group_member (group_id, facility_id, from_at) values (1, 1, $1), (1, 2, $1)`, [
    ago(60 * MINUTE_MS),
  ])
}

async function seedFiles(sql: Sql): Promise<void> {
  await sql.query(
    `insert into feed.feed (name, home, folder, layout, created_at) values ('inventory-reset', 'erp', 'inventory-reset', 'RESET_INVENTORY', $1)`,
    [ago(0)],
  )
  await sql.query(
    `insert into feed.file (feed_id, door, name, state, seq, owner, code, reason, received_bytes, sha256, spool_name, rest_name, opened_at, received_at, changed_at, put_away_at)
     values (1, 'sftp', 'stock-1.csv', 'applied', 1, $1, null, null, 24112, repeat('a', 64), 's1', '20261123T094000Z_1_stock-1.csv', $2, $2, $2, $2),
            (1, 'sftp', 'stock-2.csv', 'failed', 2, $1, 'FILE_HEADER_UNKNOWN', 'Its header names none of the columns.', 120, repeat('b', 64), 's2', null, $3, $3, $3, null),
            (1, 'sftp', 'stock-3.csv', 'interrupted', null, $1, 'FILE_CONNECTION_LOST', 'The connection was lost.', 5000, null, 's3', null, $4, null, $4, null),
            (1, 'http', 'Bestand % ü.csv', 'held', 3, $1, 'FILE_DELTA_SEEN', 'The same bytes came before.', 120, repeat('c', 64), 's4', null, $4, $4, $4, null)`,
    ['00000000-0000-4000-8000-000000000001', ago(20 * MINUTE_MS), ago(15 * MINUTE_MS), ago(5 * MINUTE_MS)],
  )
  await sql.query(
    `insert into import.verdict (file_id, feed_id, layout, decision, rows_read, rows_accepted, rows_unchanged, rows_rejected, units_read, decided_at, applied_at, header)
     values (1, 1, 'RESET_INVENTORY', 'believed', 6, 3, 1, 2, 442, $1, $2, '{idValue,externalFacilityId,availableQty}')`,
    [ago(19 * MINUTE_MS), ago(18 * MINUTE_MS)],
  )
  await sql.query(
    `insert into import.rejected_row (file_id, line, byte_offset, code, reason, raw, cells, unknown_type, unknown_value, root_file_id, root_line)
     values (1, 4, 88, 'ROW_UNITS_NOT_WHOLE', 'The quantity is not a whole number.', '<b>BE-2349</b>,TOOL,12.5', '["<b>BE-2349</b>","TOOL","12.5"]', null, null, 1, 4),
            (1, 6, 140, 'ROW_PRODUCT_UNKNOWN', 'No product in the catalogue has this identifier: SKU XX-1.', 'XX-1,TOOL,3', '["XX-1","TOOL","3"]', 'SKU', 'XX-1', 1, 6)`,
  )
}

async function seedStock(sql: Sql): Promise<void> {
  await sql.query(
    `insert into inventory.movement (seq, facility_id, product_id, on_hand_units, reserved_units, line, file_id, byte_offset, recorded_at, effective_at, reason, reference)
     values (1, 1, 1, 30, 0, 2, 1, 20, $1, $1, 'VAR_EXT_RESET', null), (2, 2, 1, 12, 0, 3, 1, 50, $1, $1, 'VAR_EXT_RESET', null),
            (3, 1, 2, 408, 0, 5, 1, 110, $1, $1, 'VAR_EXT_RESET', null), (4, 1, 1, 0, 4, null, null, null, $2, $2, 'ORDER_RESERVED', 'gid://shopify/Order/1')`,
    [ago(18 * MINUTE_MS), ago(9 * MINUTE_MS)],
  )
  await sql.query(`select setval('inventory.movement_seq', 4)`)
  await sql.query(
    `insert into inventory.position (facility_id, product_id, on_hand_units, reserved_units, counted_at)
     values (1, 1, 30, 4, $1), (2, 1, 12, 0, $1), (1, 2, 408, 0, $1)`,
    [ago(18 * MINUTE_MS)],
  )
  await sql.query(
    `insert into inventory.reservation (source, order_ref, facility_id, product_id, units) values ('shop:1', 'gid://shopify/Order/1', 1, 1, 4)`,
  )
  await sql.query('insert into catalog.product_facility (facility_id, product_id, safety_stock_units, seq) values (1, 1, 2, 1)')
  await sql.query('insert into catalog.product_channel (group_id, product_id, threshold_units, seq) values (1, 1, 5, 2)')
}

async function seedShop(sql: Sql): Promise<void> {
  await sql.query(
    `insert into catalog.shop (code, name, api_url, access_scope, catalog_read_at) values ('demo', 'Demo shop', 'http://127.0.0.1:9', 'read_and_write', $1)`,
    [ago(30 * MINUTE_MS)],
  )
  await sql.query(`insert into channel.setting (shop_id, live_at) values (1, $1)`, [ago(0)])
  await sql.query(
    `insert into catalog.location (shop_id, location_gid, name, is_active, seen_at)
     values (1, 'gid://shopify/Location/1', 'Tool Crib', true, $1), (1, 'gid://shopify/Location/2', 'Online', true, $1)`,
    [ago(30 * MINUTE_MS)],
  )
  await sql.query(
    'insert into catalog.location_mapping (shop_id, location_id, facility_id, group_id) values (1, 1, 1, null), (1, 2, null, 1)',
  )
  await sql.query(
    `insert into availability.supply (shop_id, location_id, facility_id, group_id, gate, is_selling, hold_preorder)
     values (1, 1, 1, null, 'none', true, false), (1, 2, 1, 1, 'brokering', true, false), (1, 2, 2, 1, 'brokering', true, false)`,
  )
  await sql.query(
    `insert into catalog.item_link (shop_id, product_id, inventory_item_gid)
     values (1, 1, 'gid://shopify/InventoryItem/1'), (1, 2, 'gid://shopify/InventoryItem/2')`,
  )
  await sql.query(
    `insert into catalog.link_finding (shop_id, code, sku, inventory_item_gid, product_id, detail, found_at)
     values (1, 'CATALOG_SKU_NEAR', 'be-2349', 'gid://shopify/InventoryItem/3', null, '', $1), (1, 'CATALOG_PRODUCT_NOT_IN_SHOP', 'BE-2349', null, 3, '', $1)`,
    [ago(30 * MINUTE_MS)],
  )
  await sql.query(
    `insert into availability.target (shop_id, location_id, product_id, sellable_units, revision, seq, changed_at)
     values (1, 1, 1, 24, 2, 4, $1), (1, 2, 1, 31, 2, 5, $1), (1, 1, 2, 408, 1, 2, $2), (1, 2, 2, 408, 1, 3, $2)`,
    [ago(9 * MINUTE_MS), ago(18 * MINUTE_MS)],
  )
  await sql.query(
    `insert into outbox.intent (shop_id, location_id, product_id, revision, units, inventory_item_gid, state, due_at, code, hint, blocked_until, created_at, changed_at)
     select shop_id, location_id, product_id, revision, sellable_units, 'gid://shopify/InventoryItem/' || product_id, 'confirmed', changed_at, null, null, null, changed_at, changed_at
       from availability.target`,
  )
  await sql.query(
    `insert into channel.level (shop_id, location_id, product_id, inventory_item_gid, available_units, committed_units, reserved_units, is_active, read_at)
     select shop_id, location_id, product_id, 'gid://shopify/InventoryItem/' || product_id, sellable_units, 0, 0, true, $1 from availability.target`,
    [ago(8 * MINUTE_MS)],
  )
  await sql.query(
    `insert into channel.health (shop_id, state, since, asked_at, granted_scopes) values (1, 'reachable', $1, $2, '{read_inventory,write_inventory}')`,
    [ago(30 * MINUTE_MS), ago(4_000)],
  )
  await sql.query(
    `insert into reconcile.run (shop_id, kind, started_at, finished_at, levels_compared, levels_equal) 
     select 1, kind, $1, $2, 4, 4 from unnest($3::text[]) as k (kind)`,
    [ago(8 * MINUTE_MS), ago(8 * MINUTE_MS - 300), ['recent', 'hard_sync', 'sweep', 'sync_now']],
  )
  await sql.query(
    `insert into reconcile.observation (shop_id, location_id, product_id, run_id, revision, expected_units, shop_units, verdict, read_at)
     select shop_id, location_id, product_id, 1, revision, sellable_units, sellable_units, 'equal', $1 from availability.target`,
    [ago(8 * MINUTE_MS)],
  )
  await sql.query(
    `insert into street.cursor (reader, position)
     values ('inventory:head', 4), ('availability<-inventory', 4), ('availability:head', 5), ('outbox<-availability', 5)`,
  )
}
