import type { z } from 'zod'
import { recordAudit } from '../db/audit.ts'
import type { Db, Sql } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { offsetOf, pageFrom, TOTAL_COUNTED_MAX } from '../http/contract/page.ts'
import {
  type proof,
  proofDetail,
  proofParams,
  type proofRow,
  proofRowsPage,
  proofRowsQuery,
  proofsPage,
  proofsQuery,
  releaseBody,
  releasedProof,
} from '../http/contract/proof.ts'
import { downloadRoute, jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Proof } from './proof.ts'
import { proofHead, proofLine } from './proof.ts'
import { PROOF_COLUMNS, proofOf, proofRows } from './proof-store.ts'

export type ProofDeps = {
  db: Db
  clock: Clock
  /** Believes what a run found, as a step does it; null: there is no brake to lift. */
  release(tx: Parameters<Parameters<Db['transaction']>[0]>[0], of: { runId: number; by: string; now: number }): Promise<number | null>
  /** Something waits to be read back, or to be sent. */
  asked(): void
}

/** What was compared with the shops, what it proved, and what a person may do about it. */
export function proofRoutes({ db, clock, release, asked }: ProofDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/proofs',
      summary: 'Comparisons with the shops, newest first, with what they found',
      tag: 'reconcile',
      role: 'viewer',
      query: proofsQuery,
      answer: proofsPage,
      handle: async ({ query }) => pageFrom(query, await proofsOf(db, query), () => countProofs(db, query)),
    }),
    jsonRoute({
      method: 'GET',
      path: '/proofs/:runId',
      summary: 'One comparison, its differences by cause and by age',
      tag: 'reconcile',
      role: 'viewer',
      params: proofParams,
      answer: proofDetail,
      handle: async ({ params }) => ({ ...(await found(db, params.runId)), ...(await figuresOf(db, params.runId, clock.now())) }),
    }),
    jsonRoute({
      method: 'GET',
      path: '/proofs/:runId/rows',
      summary: 'The levels of a proof that were not equal, largest difference first',
      tag: 'reconcile',
      role: 'viewer',
      params: proofParams,
      query: proofRowsQuery,
      answer: proofRowsPage,
      handle: async ({ params, query }) => pageFrom(query, await rowsOf(db, params.runId, query), () => countRows(db, params.runId, query)),
    }),
    downloadRoute({
      path: '/proofs/:runId/csv',
      summary: 'The proof as CSV: its SHA-256 is the digest',
      tag: 'reconcile',
      role: 'viewer',
      params: proofParams,
      handle: async ({ params }) => {
        const one = await finished(db, params.runId)
        return { fileName: `proof-${one.runId}-${one.shop}.csv`, mediaType: 'text/csv; charset=utf-8', chunks: csvOf(db, one) }
      },
    }),
    downloadRoute({
      path: '/proofs/:runId/json',
      summary: 'The proof as JSON, with its digest',
      tag: 'reconcile',
      role: 'viewer',
      params: proofParams,
      handle: async ({ params }) => {
        const one = await finished(db, params.runId)
        return { fileName: `proof-${one.runId}-${one.shop}.json`, mediaType: 'application/json', chunks: jsonOf(db, one) }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/proofs/:runId/release',
      summary: 'Lift the brake: what this comparison found is set right',
      tag: 'reconcile',
      role: 'operator',
      params: proofParams,
      body: releaseBody,
      answer: releasedProof,
      async handle({ params, body, who }) {
        const before = await found(db, params.runId)
        const corrections = await db.transaction(async tx => {
          const released = await release(tx, { runId: params.runId, by: who.name, now: clock.now() })
          if (released === null) throw notHeld(params.runId)
          await recordAudit(tx, {
            ...{
              at: clock.now(),
              who: who.name,
              action: 'proof.release',
              subject: 'proof',
              name: String(params.runId),
              reason: body.reason,
            },
            ...{ before: { held: before.reason }, after: { corrections: released } },
          })
          return released
        })
        asked()
        return { corrections }
      },
    }),
  ]
}

async function found(sql: Sql, runId: number) {
  const one = await proofOf(sql, runId)
  if (one === null) {
    throw new TrueupError('RECONCILE_PROOF_NOT_FOUND', `There is no comparison ${runId}.`, {
      retry: 'never',
      hint: 'Choose one on the page Proofs and drift.',
      detail: { runId },
    })
  }
  return one
}

async function finished(sql: Sql, runId: number): Promise<Proof & { digest: string | null }> {
  const one = await found(sql, runId)
  if (one.finishedAt === null) {
    throw new TrueupError('RECONCILE_PROOF_NOT_FINISHED', `The comparison ${runId} is under way.`, {
      retry: 'backoff',
      hint: 'Ask again when it has ended.',
      detail: { runId },
    })
  }
  return { ...one, finishedAt: one.finishedAt }
}

function notHeld(runId: number): TrueupError {
  return new TrueupError('RECONCILE_NOT_HELD', `The comparison ${runId} is not held by the brake, or somebody has released it.`, {
    retry: 'never',
    hint: 'Look at it again: it says who released it, and what became of it.',
    detail: { runId },
  })
}

async function* csvOf(sql: Sql, one: Proof): AsyncIterable<Uint8Array> {
  yield Buffer.from(proofHead(one))
  for await (const rows of proofRows(sql, one.runId)) yield Buffer.from(rows.map(proofLine).join(''))
}

async function* jsonOf(sql: Sql, one: Proof & { digest: string | null }): AsyncIterable<Uint8Array> {
  yield Buffer.from(`{"proof":${JSON.stringify(one)},"differences":[`)
  let isFirst = true
  for await (const rows of proofRows(sql, one.runId)) {
    const text = rows.map(row => `\n${JSON.stringify(row)}`).join(',')
    yield Buffer.from(isFirst ? text : `,${text}`)
    isFirst = false
  }
  yield Buffer.from('\n]}\n')
}

type ProofsQuery = z.output<typeof proofsQuery>

const PROOFS_WANTED = `($1::text is null or s.code = $1) and ($2::text is null or r.kind = $2)`

async function proofsOf(sql: Sql, query: ProofsQuery): Promise<Answer<typeof proof>[]> {
  return sql.query(
    `select ${PROOF_COLUMNS} from reconcile.run r join catalog.shop s using (shop_id)
      where ${PROOFS_WANTED} order by r.run_id desc limit $3 offset $4`,
    [query.shop ?? null, query.kind ?? null, query.pageSize, offsetOf(query)],
  )
}

async function countProofs(sql: Sql, query: ProofsQuery): Promise<number> {
  const rows = await sql.query<{ total: number }>(
    `select count(*) as total
       from (select 1 from reconcile.run r join catalog.shop s using (shop_id) where ${PROOFS_WANTED} limit $3) counted`,
    [query.shop ?? null, query.kind ?? null, TOTAL_COUNTED_MAX + 1],
  )
  return rows[0]?.total ?? 0
}

type RowsQuery = z.output<typeof proofRowsQuery>

const ROWS_WANTED = `d.run_id = $1 and ($2::text is null or d.cause = $2)
          and ($3::text is null or d.sku ilike '%' || $3 || '%' or d.location ilike '%' || $3 || '%')`

async function rowsOf(sql: Sql, runId: number, query: RowsQuery): Promise<Answer<typeof proofRow>[]> {
  return sql.query(
    `select d.location, d.location_gid as "locationGid", d.sku, d.inventory_item_gid as "inventoryItemGid", d.verdict, d.cause, d.detail,
            d.expected_units as "expectedUnits", d.shop_units as "shopUnits", d.different_since as "differentSince", d.read_at as "readAt"
       from reconcile.difference d
      where ${ROWS_WANTED}
      order by d.verdict = 'waiting', abs(d.expected_units - coalesce(d.shop_units, 0)) desc, d.location_id, d.product_id
      limit $4 offset $5`,
    [runId, query.cause ?? null, escaped(query.search), query.pageSize, offsetOf(query)],
  )
}

async function countRows(sql: Sql, runId: number, query: RowsQuery): Promise<number> {
  const rows = await sql.query<{ total: number }>(
    `select count(*) as total from (select 1 from reconcile.difference d where ${ROWS_WANTED} limit $4) counted`,
    [runId, query.cause ?? null, escaped(query.search), TOTAL_COUNTED_MAX + 1],
  )
  return rows[0]?.total ?? 0
}

function escaped(search: string | undefined): string | null {
  return search === undefined || search === '' ? null : search.replace(/[\\%_]/g, '\\$&')
}

async function figuresOf(sql: Sql, runId: number, now: number): Promise<Pick<Answer<typeof proofDetail>, 'byCause' | 'byAge'>> {
  const byCause = await sql.query<Answer<typeof proofDetail>['byCause'][number]>(
    `select cause, count(*) as levels, coalesce(sum(abs(expected_units - coalesce(shop_units, 0))), 0) as units
       from reconcile.difference where run_id = $1 group by cause order by levels desc, cause`,
    [runId],
  )
  const byAge = await sql.query<Answer<typeof proofDetail>['byAge'][number]>(
    `select age, count(*) as levels, coalesce(sum(units), 0) as units
       from (
         select abs(expected_units - coalesce(shop_units, 0)) as units,
                case
                  when different_since > $2::timestamptz - interval '1 hour' then 'hour'
                  when different_since > $2::timestamptz - interval '1 day' then 'day'
                  when different_since > $2::timestamptz - interval '7 days' then 'week'
                  else 'older'
                end as age
           from reconcile.difference where run_id = $1 and different_since is not null
       ) aged
      group by age order by array_position(array['hour', 'day', 'week', 'older'], age)`,
    [runId, new Date(now)],
  )
  return { byCause, byAge }
}
