import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { OrderRow } from './order-row.ts'

/** The groups of facilities by their code: an order's channel is one of them. */
export async function groupsByCode(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql.query<{ code: string; groupId: number }>('select code, group_id as "groupId" from catalog.facility_group')
  return new Map(rows.map(({ code, groupId }) => [code, groupId]))
}

/** Which product each row means; null where the catalogue has none. With the types that no product has. */
export async function productsOfRows(
  sql: Sql,
  rows: readonly Pick<OrderRow, 'product'>[],
): Promise<{ productId: number | null; isTypeKnown: boolean }[]> {
  return sql.query(
    `select p.product_id as "productId", p.product_id is not null or exists (select 1 from catalog.product_identifier t where t.type = g.type) as "isTypeKnown"
       from unnest($1::text[], $2::text[]) with ordinality as g (type, value, place)
       left join catalog.product_identifier p on p.type = g.type and p.value = g.value
      order by place`,
    [rows.map(row => row.product.type), rows.map(row => row.product.value)],
  )
}

export type PlacedRow = OrderRow & { productId: number; facilityId: number | null; groupId: number | null; happenedAt: InstantMs }

/** Lays believed rows down for the orders room. */
export async function stageOrderRows(tx: Tx, fileId: number, rows: readonly PlacedRow[]): Promise<void> {
  await tx.query(
    `insert into import.order_row (file_id, line, byte_offset, order_id, line_id, word, product_id, facility_id, parking, group_id, units, event_id, happened_at, reason, is_restocked)
     select $1, * from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::integer[], $9::text[], $10::integer[], $11::integer[], $12::text[], $13::timestamptz[], $14::text[], $15::boolean[])`,
    [
      fileId,
      rows.map(row => row.line),
      rows.map(row => row.byteOffset),
      rows.map(row => row.orderId),
      rows.map(row => row.lineId),
      rows.map(row => row.word),
      rows.map(row => row.productId),
      rows.map(row => row.facilityId),
      rows.map(row => row.parking),
      rows.map(row => row.groupId),
      rows.map(row => row.units),
      rows.map(row => row.eventId),
      rows.map(row => new Date(row.happenedAt)),
      rows.map(row => row.reason),
      rows.map(row => row.isRestocked),
    ],
  )
}

/** Nothing of a failed or booked file waits. */
export async function dropOrderRows(tx: Tx, fileId: number): Promise<void> {
  await tx.query('delete from import.order_row where file_id = $1', [fileId])
}

export type OrderFile = { fileId: number; feedId: number; rowsAccepted: number }

/** The next believed file of orders. The caller holds the orders room. */
export async function nextOrderFile(tx: Tx): Promise<OrderFile | null> {
  const rows = await tx.query<OrderFile>(
    `select file_id as "fileId", feed_id as "feedId", rows_accepted as "rowsAccepted" from import.verdict
      where decision = 'believed' and applied_at is null and subject = 'orders' order by seq limit 1`,
  )
  return rows[0] ?? null
}

/** The orders room's acknowledgement: so many rows were news, the others were known. */
export async function recordOrdersApplied(tx: Tx, applied: { fileId: number; news: number; now: InstantMs }): Promise<void> {
  await tx.query('update import.verdict set rows_unchanged = rows_accepted - $2, rows_accepted = $2, applied_at = $3 where file_id = $1', [
    applied.fileId,
    applied.news,
    new Date(applied.now),
  ])
  await dropOrderRows(tx, applied.fileId)
}
