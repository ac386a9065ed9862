import type { z } from 'zod'
import { recordAudit } from '../db/audit.ts'
import type { Db, Sql, Tx } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { offsetOf, pageFrom, TOTAL_COUNTED_MAX } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import {
  type upload,
  uploadAsked,
  uploadDeed,
  uploadDetail,
  uploadParams,
  type uploadRow,
  uploadRowsPage,
  uploadRowsQuery,
  uploadsPage,
  uploadsQuery,
} from '../http/contract/upload.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import * as outbox from '../outbox/store.ts'
import { adminUrl, referenceOf } from './admin-url.ts'
import { healthOf } from './health-store.ts'
import { knownShop } from './shop-routes.ts'
import { askAgain, askToCancel, refusedOfUpload } from './upload-store.ts'

/** Uploads: how far each is, what was answered to every row, and what a person may do about it. */
export function uploadRoutes({ db, clock, asked }: { db: Db; clock: Clock; asked(): void }): Route[] {
  const deed = (verb: 'ask' | 'retry' | 'cancel', summary: string, act: (tx: Tx, of: { one: Upload; by: string }) => Promise<number>) =>
    jsonRoute({
      method: 'POST',
      path: `/uploads/:uploadId/${verb}`,
      summary,
      tag: 'channel',
      role: 'operator',
      params: uploadParams,
      body: uploadDeed,
      answer: uploadAsked,
      async handle({ params, body, who }) {
        const one = await found(db, params.uploadId)
        const levels = await db.transaction(async tx => {
          const did = await act(tx, { one, by: who.name })
          const name = String(one.uploadId)
          await recordAudit(tx, {
            ...{ at: clock.now(), who: who.name, action: `upload.${verb}`, subject: 'upload', name, reason: body.reason },
            ...{ before: { state: one.state, result: one.result, cancelAskedBy: one.cancelAskedBy }, after: { levels: did } },
          })
          return did
        })
        asked()
        return { levels }
      },
    })

  return [
    jsonRoute({
      method: 'GET',
      path: '/uploads',
      summary: 'Full loads that were handed to the shops, newest first',
      tag: 'channel',
      role: 'viewer',
      query: uploadsQuery,
      answer: uploadsPage,
      handle: async ({ query }) => pageFrom(query, await uploadsOf(db, query), () => countUploads(db, query)),
    }),
    jsonRoute({
      method: 'GET',
      path: '/uploads/:uploadId',
      summary: 'One upload, with the answers to its rows by kind',
      tag: 'channel',
      role: 'viewer',
      params: uploadParams,
      answer: uploadDetail,
      async handle({ params }) {
        const one = await found(db, params.uploadId)
        const { shopId, apiUrl } = await knownShop(db, one.shop)
        const app = { handle: (await healthOf(db, shopId))?.appHandle ?? null }
        return { ...one, byOutcome: await outcomesOf(db, params.uploadId), link: adminUrl(apiUrl, { kind: 'upload' }, app) }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/uploads/:uploadId/rows',
      summary: 'The rows of an upload, each with its answer',
      tag: 'channel',
      role: 'viewer',
      params: uploadParams,
      query: uploadRowsQuery,
      answer: uploadRowsPage,
      async handle({ params, query }) {
        const { apiUrl } = await knownShop(db, (await found(db, params.uploadId)).shop)
        const rows = (await rowsOf(db, params.uploadId, query)).map(({ callId, inventoryItemGid, locationGid, ...row }) => ({
          ...{ ...row, reference: referenceOf(callId) },
          link: inventoryItemGid === null ? null : adminUrl(apiUrl, { kind: 'inventory_history', inventoryItemGid, locationGid }),
        }))
        return pageFrom(query, rows, () => countRows(db, params.uploadId, query))
      },
    }),
    deed('ask', 'Ask Shopify again how far it is, at once', async (tx, { one }) => {
      if (one.operationGid === null || one.state === 'ended') throw notPossible(one, 'is not with the shop')
      await askAgain(tx, one.uploadId, clock.now())
      return one.levels
    }),
    deed('cancel', 'Stop it: what the shop has not done is told call by call', async (tx, { one, by }) => {
      if (one.state === 'ended') throw notPossible(one, 'has ended')
      await askToCancel(tx, one.uploadId, { by, now: clock.now() })
      return one.levels - one.callsDone
    }),
    deed('retry', 'Decide what was refused anew, and tell it again', async (tx, { one }) => {
      if (one.state !== 'ended') throw notPossible(one, 'is under way')
      const { shopId, levels } = await refusedOfUpload(tx, one.uploadId)
      return outbox.release(tx, shopId, levels, clock.now())
    }),
  ]
}

type Upload = Answer<typeof upload>

function notPossible(one: Upload, why: string): TrueupError {
  return new TrueupError('CHANNEL_UPLOAD_NOT_SO', `Upload ${one.uploadId} ${why}.`, {
    retry: 'never',
    hint: 'Look at it again: its page says what can be done now.',
    detail: { uploadId: one.uploadId },
  })
}

const COLUMNS = `u.upload_id as "uploadId", s.code as shop, u.state, u.result, u.shop_status as "shopStatus", u.operation_gid as "operationGid",
            u.error_code as "errorCode", u.message, u.calls, u.calls_done as "callsDone", u.levels, u.attempts, u.created_at as "createdAt",
            u.started_at as "startedAt", u.looked_at as "lookedAt", u.ended_at as "endedAt", u.cancel_asked_by as "cancelAskedBy"`

async function found(sql: Sql, uploadId: number): Promise<Upload> {
  const rows = await sql.query<Upload>(
    `select ${COLUMNS} from channel.upload u join catalog.shop s using (shop_id) where u.upload_id = $1`,
    [uploadId],
  )
  if (rows[0] === undefined) {
    throw new TrueupError('CHANNEL_UPLOAD_NOT_FOUND', `There is no upload ${uploadId}.`, {
      retry: 'never',
      hint: 'Choose one on the page Uploads.',
      detail: { uploadId },
    })
  }
  return rows[0]
}

type UploadsQuery = z.output<typeof uploadsQuery>

const UPLOADS_WANTED = `($1::text is null or s.code = $1)
          and ($2::text is null or (u.state = 'ended') = ($2 = 'ended'))
          and ($3::text is null or exists (
                select 1 from channel.call c join channel.call_row r using (call_id)
                  join catalog.product_identifier k on k.product_id = r.product_id and k.type = 'SKU' and k.value = $3
                 where c.upload_id = u.upload_id))`

async function uploadsOf(sql: Sql, query: UploadsQuery): Promise<Upload[]> {
  return sql.query(
    `select ${COLUMNS} from channel.upload u join catalog.shop s using (shop_id)
      where ${UPLOADS_WANTED} order by u.upload_id desc limit $4 offset $5`,
    [query.shop ?? null, query.state ?? null, query.sku || null, query.pageSize, offsetOf(query)],
  )
}

async function countUploads(sql: Sql, query: UploadsQuery): Promise<number> {
  const rows = await sql.query<{ total: number }>(
    `select count(*) as total
       from (select 1 from channel.upload u join catalog.shop s using (shop_id) where ${UPLOADS_WANTED} limit $4) counted`,
    [query.shop ?? null, query.state ?? null, query.sku || null, TOTAL_COUNTED_MAX + 1],
  )
  return rows[0]?.total ?? 0
}

/** Of a row, from its own answer or that of its call. A call that was refused for another row of it was sent again. */
const OUTCOME = `case
              when c.state = 'claimed' then 'unanswered'
              when c.outcome = 'confirmed' then 'confirmed'
              when r.outcome = 'refused' or c.outcome = 'call_refused' then 'refused'
              else 'sent_again'
            end`
const OF_UPLOAD = `channel.call c join channel.call_row r using (call_id)
       join catalog.location l on l.location_id = r.location_id
       join catalog.product p on p.product_id = r.product_id
       left join lateral (
         select min(value) as value from catalog.product_identifier k where k.product_id = r.product_id and k.type = 'SKU'
       ) sku on true
      where c.upload_id = $1 and ($2::text is null or ${OUTCOME} = $2)
        and ($3::text is null or sku.value ilike '%' || $3 || '%' or l.name ilike '%' || $3 || '%')`

async function outcomesOf(sql: Sql, uploadId: number): Promise<Answer<typeof uploadDetail>['byOutcome']> {
  return sql.query(
    `select ${OUTCOME} as outcome, coalesce(r.code, case when c.outcome = 'call_refused' then c.code end) as code, count(*) as levels
       from channel.call c join channel.call_row r using (call_id)
      where c.upload_id = $1 group by 1, 2 order by levels desc, outcome`,
    [uploadId],
  )
}

type RowsQuery = z.output<typeof uploadRowsQuery>

type Row = Omit<Answer<typeof uploadRow>, 'link' | 'reference'> & { callId: string; inventoryItemGid: string | null; locationGid: string }

async function rowsOf(sql: Sql, uploadId: number, query: RowsQuery): Promise<Row[]> {
  return sql.query(
    `select coalesce(sku.value, p.name) as sku, l.name as location, r.from_units as "fromUnits", r.units, r.promised_units as "promisedUnits",
            ${OUTCOME} as outcome, coalesce(r.code, case when c.outcome = 'call_refused' then c.code end) as code,
            (select i.state from outbox.intent i
              where i.shop_id = c.shop_id and i.location_id = r.location_id and i.product_id = r.product_id) as now,
            c.call_id as "callId", l.location_gid as "locationGid",
            (select k.inventory_item_gid from catalog.item_link k where k.shop_id = c.shop_id and k.product_id = r.product_id) as "inventoryItemGid"
       from ${OF_UPLOAD}
      order by c.upload_ordinal, r.ordinal limit $4 offset $5`,
    [uploadId, query.outcome ?? null, escaped(query.search), query.pageSize, offsetOf(query)],
  )
}

async function countRows(sql: Sql, uploadId: number, query: RowsQuery): Promise<number> {
  const rows = await sql.query<{ total: number }>(`select count(*) as total from (select 1 from ${OF_UPLOAD} limit $4) counted`, [
    uploadId,
    query.outcome ?? null,
    escaped(query.search),
    TOTAL_COUNTED_MAX + 1,
  ])
  return rows[0]?.total ?? 0
}

function escaped(search: string | undefined): string | null {
  return search === undefined || search === '' ? null : search.replace(/[\\%_]/g, '\\$&')
}
