import type { Sql, Tx } from '../db/connection.ts'
import { peekCursor } from '../db/cursor.ts'
import { REPORT_LINES_MAX } from '../inventory/report.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { type SellableLine, sellableFile } from './sellable.ts'
import { AVAILABILITY_HEAD } from './store.ts'

/** Files of what may be sold. History does not change, so a file that was made can be written again, and says the same. */
export const sellable = {
  async waiting(sql: Sql): Promise<{ lines: number; oldestAt: InstantMs | null }> {
    const { changes, oldestAt } = await nextChanges(sql)
    return { lines: changes, oldestAt }
  },
  async claim(tx: Tx, reportId: number): Promise<number> {
    const { after, upTo } = await nextChanges(tx)
    await tx.query('insert into availability.sellable_report (report_id, after_seq, up_to_seq) values ($1, $2, $3)', [
      reportId,
      after,
      upTo,
    ])
    return (await linesOf(tx, reportId)).length
  },
  async content(sql: Sql, reportId: number): Promise<string> {
    const rows = await sql.query('select 1 from availability.sellable_report where report_id = $1 and purged_at is not null', [reportId])
    if (rows.length > 0) throw notKept(reportId)
    return sellableFile(await linesOf(sql, reportId))
  },
}

function notKept(reportId: number): TrueupError {
  return new TrueupError('AVAILABILITY_FILE_NOT_KEPT', `What the file ${reportId} was made of has gone with the months of the ledger.`, {
    retry: 'never',
    hint: 'Look for it where it was put when it went out.',
    detail: { reportId },
  })
}

type Next = { changes: number; oldestAt: InstantMs | null; after: number; upTo: number }

/** What the next file takes: of the published changes that no file took, as many as make no more lines than it holds. */
async function nextChanges(sql: Sql): Promise<Next> {
  const head = await peekCursor(sql, AVAILABILITY_HEAD)
  const rows = await sql.query<Next>(
    `with taken as (select coalesce(max(up_to_seq), 0) as seq from availability.sellable_report)
     select count(*) as changes, min(n.at) as "oldestAt", (select seq from taken) as after, coalesce(max(n.seq), (select seq from taken)) as "upTo"
       from (select h.seq, h.at from availability.promise_history h
              where h.seq > (select seq from taken) and h.seq <= $1 order by h.seq limit ${REPORT_LINES_MAX}) n`,
    [head],
  )
  return rows[0] ?? { changes: 0, oldestAt: null, after: 0, upTo: 0 }
}

/** A level that changed several times in one file is in it once, with its newest number. */
async function linesOf(sql: Sql, reportId: number): Promise<SellableLine[]> {
  return sql.query<SellableLine>(
    `select distinct on (h.shop_id, h.location_id, h.product_id)
            s.code as shop, l.name as location, f.code as facility, f.external_id as "externalFacility", g.code as channel,
            (select min(i.value) from catalog.product_identifier i where i.product_id = h.product_id and i.type = 'SKU') as sku, p.name as "productName",
            greatest(0, h.promised_units) as units, h.at as "changedAt"
       from availability.sellable_report r
       join availability.promise_history h on h.seq > r.after_seq and h.seq <= r.up_to_seq
       join catalog.shop s using (shop_id)
       join catalog.location l on l.location_id = h.location_id
       join catalog.product p using (product_id)
       left join catalog.location_mapping m on m.shop_id = h.shop_id and m.location_id = h.location_id
       left join catalog.facility f on f.facility_id = m.facility_id
       left join catalog.facility_group g on g.group_id = m.group_id
      where r.report_id = $1
      order by h.shop_id, h.location_id, h.product_id, h.seq desc`,
    [reportId],
  )
}
