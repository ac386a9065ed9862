import type { Sql } from '../db/connection.ts'
import type { FileState } from '../feed/file-state.ts'
import type { InstantMs } from '../kernel/clock.ts'

export type Request = { fileId: number; askedSha256: string }

export async function requestUnder(sql: Sql, { feedId, key }: { feedId: number; key: string }): Promise<Request | null> {
  const rows = await sql.query<Request>(
    'select file_id as "fileId", asked_sha256 as "askedSha256" from import.request where feed_id = $1 and key = $2',
    [feedId, key],
  )
  return rows[0] ?? null
}

export async function keepRequest(
  sql: Sql,
  request: Request & { feedId: number; key: string; who: string; now: InstantMs },
): Promise<void> {
  await sql.query(
    'insert into import.request (feed_id, key, asked_sha256, file_id, who, asked_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing',
    [request.feedId, request.key, request.askedSha256, request.fileId, request.who, new Date(request.now)],
  )
}

export type FileOutcome = {
  state: FileState
  code: string | null
  reason: string | null
  accepted: number
  unchanged: number
  rejected: { row: number; code: string; reason: string }[]
}

/** What became of a file of rows so far. */
export async function outcomeOf(sql: Sql, fileId: number): Promise<FileOutcome | null> {
  const rows = await sql.query<FileOutcome>(
    `select f.state, coalesce(f.code, v.code) as code, coalesce(f.reason, v.reason) as reason,
            coalesce(case when v.applied_at is not null then v.rows_accepted end, 0) as accepted, coalesce(v.rows_unchanged, 0) as unchanged,
            (select coalesce(json_agg(json_build_object('row', r.line, 'code', r.code, 'reason', r.reason) order by r.line), '[]'::json)
               from import.rejected_row r where r.file_id = f.file_id) as rejected
       from feed.file f left join import.verdict v using (file_id) where f.file_id = $1`,
    [fileId],
  )
  return rows[0] ?? null
}
