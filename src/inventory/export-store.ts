import type { Sql } from '../db/connection.ts'

const ROWS_PER_PAGE_MAX = 5_000

/** A product goes out by the name that a file finds it by again: its SKU, else the first of its others. */
const IDENTIFIER = `(select i.type, i.value from catalog.product_identifier i where i.product_id = p.product_id
  order by i.type <> 'SKU', i.type, i.value limit 1)`

/** What can go out, in the columns of its layout: first the keys by which the rows are sorted and found, then the columns. */
const EXPORTS = {
  RESET_INVENTORY: {
    keys: 2,
    columns: 10,
    text: `select p.facility_id, p.product_id, f.code, f.external_id, i.type, i.value, null::text, null::text, null::text, p.on_hand_units::text, null::text, null::text
            from inventory.position p join catalog.facility f using (facility_id) left join lateral ${IDENTIFIER} i on true
           where p.counted_at is not null and (p.facility_id, p.product_id) > ($1, $2) order by 1, 2 limit $3`,
  },
  MDM_FAC_SFTY_STCK: {
    keys: 2,
    columns: 7,
    text: `select p.facility_id, p.product_id, f.code, f.external_id, o.value, s.value, p.safety_stock_units::text, p.reorder_units::text,
                 case p.allow_pickup when true then 'Y' when false then 'N' end
            from catalog.product_facility p join catalog.facility f using (facility_id)
            left join lateral (select value from catalog.product_identifier where product_id = p.product_id and type = 'PRODUCT_ID' limit 1) o on true
            left join lateral (select value from catalog.product_identifier where product_id = p.product_id and type = 'SKU' limit 1) s on true
           where num_nonnulls(p.safety_stock_units, p.reorder_units, p.allow_pickup) > 0 and (p.facility_id, p.product_id) > ($1, $2) order by 1, 2 limit $3`,
  },
  IMP_PROD_FACILITY: {
    keys: 2,
    columns: 6,
    text: `select p.facility_id, p.product_id, f.code, o.value, s.value, p.safety_stock_units::text,
                 case p.allow_brokering when true then 'Y' when false then 'N' end, case p.allow_pickup when true then 'Y' when false then 'N' end
            from catalog.product_facility p join catalog.facility f using (facility_id)
            left join lateral (select value from catalog.product_identifier where product_id = p.product_id and type = 'PRODUCT_ID' limit 1) o on true
            left join lateral (select value from catalog.product_identifier where product_id = p.product_id and type = 'SKU' limit 1) s on true
           where num_nonnulls(p.safety_stock_units, p.allow_brokering, p.allow_pickup) > 0 and (p.facility_id, p.product_id) > ($1, $2) order by 1, 2 limit $3`,
  },
  SCHEDULED_RESTOCK: {
    keys: 1,
    columns: 7,
    text: `select w.scheduled_id, s.value, w.units::text, to_char(w.due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), f.code,
                 null::text, null::text, w.comment
            from inventory.scheduled w join catalog.facility f using (facility_id)
            join lateral (select value from catalog.product_identifier where product_id = w.product_id and type = 'SKU' limit 1) s on true
           where w.kind = 'restock' and w.done_at is null and w.cancelled_at is null and w.scheduled_id > $1 order by 1 limit $2`,
  },
  IMP_PROD_THOLD: {
    keys: 2,
    columns: 5,
    text: `select p.group_id, p.product_id, g.code, null::text, o.value, s.value, p.threshold_units::text
            from catalog.product_channel p join catalog.facility_group g using (group_id)
            left join lateral (select value from catalog.product_identifier where product_id = p.product_id and type = 'PRODUCT_ID' limit 1) o on true
            left join lateral (select value from catalog.product_identifier where product_id = p.product_id and type = 'SKU' limit 1) s on true
           where p.threshold_units is not null and (p.group_id, p.product_id) > ($1, $2) order by 1, 2 limit $3`,
  },
  PRODUCTS: {
    keys: 1,
    columns: 5,
    text: `select p.product_id,
                 (select min(value) from catalog.product_identifier where product_id = p.product_id and type = 'PRODUCT_ID'),
                 (select min(value) from catalog.product_identifier where product_id = p.product_id and type = 'SKU'),
                 (select min(value) from catalog.product_identifier where product_id = p.product_id and type = 'UPCA'),
                 (select min(value) from catalog.product_identifier where product_id = p.product_id and type = 'ERP_PRODUCT_ID'), p.name
            from catalog.product p where p.product_id > $1 order by 1 limit $2`,
  },
  FACILITIES: {
    keys: 1,
    columns: 4,
    text: `select facility_id, code, external_id, name, type from catalog.facility where facility_id > $1 order by 1 limit $2`,
  },
  SHOPIFY_SHOP_LOCATION: {
    keys: 2,
    columns: 4,
    text: `select m.shop_id, m.location_id, s.code, coalesce(f.code, '_NA_'), g.code, regexp_replace(l.location_gid, '^gid://shopify/Location/', '')
            from catalog.location_mapping m join catalog.shop s using (shop_id) join catalog.location l using (location_id)
            left join catalog.facility f on f.facility_id = m.facility_id left join catalog.facility_group g on g.group_id = m.group_id
           where (m.shop_id, m.location_id) > ($1, $2) order by 1, 2 limit $3`,
  },
} as const

export type ExportName = keyof typeof EXPORTS
export const EXPORT_NAMES = Object.keys(EXPORTS) as ExportName[]

/** Pages of everything that a layout's file would hold, in the order of its columns, in constant memory. */
export async function* exportPages(sql: Sql, name: ExportName): AsyncGenerator<string[][]> {
  const { keys, columns, text } = EXPORTS[name]
  let after: number[] = Array.from({ length: keys }, () => 0)
  for (;;) {
    const found = await sql.query<{ key: number[]; cells: (string | null)[] }>(
      `select array[${numbered(keys, 'k')}] as key, array[${numbered(columns, 'c')}] as cells
         from (${text}) as page (${numbered(keys, 'k')}, ${numbered(columns, 'c')})`,
      [...after, ROWS_PER_PAGE_MAX],
    )
    if (found.length > 0) yield found.map(row => row.cells.map(cell => cell ?? ''))
    const last = found.at(-1)
    if (last === undefined || found.length < ROWS_PER_PAGE_MAX) return
    after = last.key
  }
}

function numbered(many: number, letter: string): string {
  return Array.from({ length: many }, (_, i) => `${letter}${i + 1}`).join(', ')
}
