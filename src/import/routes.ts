import type { z } from 'zod'
import type { Sql } from '../db/connection.ts'
import { restOf } from '../feed/file-state.ts'
import { fileDetail, fileIdParams, type fileInList, filesPage, filesQuery } from '../http/contract/file.ts'
import type { Answer } from '../http/contract/instant.ts'
import { offsetOf, pageFrom, TOTAL_COUNTED_MAX } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { grouped } from '../kernel/grouped.ts'
import { rejectedByCode } from './rejected-store.ts'
import type { Tally } from './tally.ts'

/** What became of files: the list, one file with its story, and its rejected rows. */
export function importRoutes({ db }: { db: Sql }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/files',
      summary: 'Files, with what became of them',
      tag: 'import',
      role: 'viewer',
      query: filesQuery,
      answer: filesPage,
      handle: async ({ query }) => pageFrom(query, (await filesOf(db, query)).map(inList), () => countFiles(db, query)),
    }),
    jsonRoute({
      method: 'GET',
      path: '/files/:id',
      summary: 'One file: its facts, its counts and its story',
      tag: 'import',
      role: 'viewer',
      params: fileIdParams,
      answer: fileDetail,
      async handle({ params }) {
        const row = await fileById(db, params.id)
        if (row === null) throw unknownFile(params.id)
        return detailOf(row, await rejectedByCode(db, params.id))
      },
    }),
  ]
}

type FileRow = Omit<Answer<typeof fileInList>, 'counts'> & {
  rowsRead: number | null
  rowsAccepted: number
  rowsUnchanged: number
  rowsRejected: number
  rowsOutdated: number
  unitsRead: number
}

type FileDetailRow = FileRow & {
  layout: string
  sha256: string | null
  senderStamp: string | null
  duplicateOf: number | null
  asOf: InstantMs | null
  outdatedBy: number | null
  rowsMissing: number | null
  rowsZeroed: number
  treated: Tally
  releasedBy: 'one' | 'two'
  releaseWantedBy: string | null
  header: string[] | null
  rowsParked: number
  rowsLeftOut: number
  rowsRepeated: number
  repeats: Answer<typeof fileDetail>['repeats']
  expectedBytes: number | null
  booking: Answer<typeof fileDetail>['booking']
  parent: Answer<typeof fileDetail>['parent']
  children: Answer<typeof fileDetail>['children']
  fileKind: 'snapshot' | 'delta'
  subject: Answer<typeof fileDetail>['subject']
  restName: string | null
  putAwayAt: InstantMs | null
  decision: 'believed' | 'failed' | 'held' | null
  decidedAt: InstantMs | null
  appliedAt: InstantMs | null
}

function inList(row: FileRow): Answer<typeof fileInList> {
  const { rowsRead, rowsAccepted, rowsUnchanged, rowsRejected, rowsOutdated, unitsRead, ...file } = row
  return { ...file, counts: rowsRead === null ? null : { rowsRead, rowsAccepted, rowsUnchanged, rowsRejected, rowsOutdated, unitsRead } }
}

function detailOf(row: FileDetailRow, codes: { code: string; rows: number; waiting: number }[]): Answer<typeof fileDetail> {
  const { putAwayAt, decision, decidedAt, appliedAt, ...file } = row
  const hasOriginal = row.state !== 'receiving' && !(putAwayAt !== null && row.restName === null)
  return { ...inList(file), ...without(file), hasOriginal, rejectedByCode: codes, timeline: timelineOf(row) }
}

function without(file: Omit<FileDetailRow, 'putAwayAt' | 'decision' | 'decidedAt' | 'appliedAt'>) {
  const { layout, sha256, senderStamp, duplicateOf, asOf, outdatedBy, rowsMissing, rowsZeroed, treated, ...rest } = file
  const { releasedBy, releaseWantedBy, restName, header, rowsParked, rowsLeftOut, rowsRepeated, parent, children, fileKind, subject } = rest
  const { repeats, expectedBytes, booking } = rest
  return {
    ...{ layout, sha256, senderStamp, duplicateOf, asOf, outdatedBy, rowsMissing, rowsZeroed, treated },
    ...{ releasedBy, releaseWantedBy, restName, header, rowsParked, rowsLeftOut, rowsRepeated, parent, children, fileKind, subject },
    ...{ repeats, expectedBytes, booking },
  }
}

type Event = Answer<typeof fileDetail>['timeline'][number]

/** The story of a file in the past tense. What has not happened is not there. */
function timelineOf(row: FileDetailRow): Event[] {
  const story: (Event | null)[] = [
    { at: row.openedAt, event: 'opened', text: `${DOOR[row.door]} began to send ${row.name}.` },
    row.state === 'interrupted'
      ? { at: row.changedAt, event: 'interrupted', text: row.reason ?? 'The connection was lost before the file was whole.' }
      : null,
    row.receivedAt === null ? null : { at: row.receivedAt, event: 'received', text: `All ${grouped(row.bytes)} bytes arrived.` },
    row.decidedAt === null ? null : { at: row.decidedAt, event: 'judged', text: judged(row) },
    row.decidedAt === null && JUDGED_UNREAD.has(row.state)
      ? { at: row.changedAt, event: 'judged', text: row.reason ?? `Put down as ${row.state}.` }
      : null,
    row.appliedAt === null
      ? null
      : {
          at: row.appliedAt,
          event: 'booked',
          text: booked(row),
        },
    row.putAwayAt === null ? null : { at: row.putAwayAt, event: 'put_away', text: putAway(row) },
  ]
  return story.filter(event => event !== null)
}

const JUDGED_UNREAD: ReadonlySet<string> = new Set(['held', 'failed', 'stale', 'duplicate'])
const DOOR = {
  sftp: 'An SFTP client',
  folder: 'The watched folder',
  http: 'Somebody at the console or the command line',
  remote: 'The source',
  again: 'A person had the kept original read again, and it',
}

function judged(row: FileDetailRow): string {
  if (row.decision === 'held') return row.state === 'held' ? `Held: ${row.reason ?? ''}` : 'Held, since it was unlike the files before it.'
  if (row.decision === 'failed') return `Not believed: ${row.reason ?? row.code ?? 'no reason was kept'}`
  return `Believed: ${grouped(row.rowsRead ?? 0)} rows read, ${grouped(row.rowsRejected)} rejected.`
}

function booked({ rowsAccepted, rowsUnchanged, rowsOutdated, rowsRepeated, repeats, subject }: FileDetailRow): string {
  if (subject === 'schedule') return `${grouped(rowsAccepted)} rows wait for their time in the queue of due changes.`
  if (repeats !== null) return `${grouped(rowsRepeated)} already applied with ${repeats.name}, ${grouped(rowsAccepted)} applied now.`
  const [changed, agreed, outdated] = [rowsAccepted, rowsUnchanged, rowsOutdated].map(grouped)
  const overtaken = rowsOutdated === 0 ? '' : `, ${outdated} were overtaken by newer counts`
  return `${changed} rows changed the stock, ${agreed} agreed with it${overtaken}.`
}

function putAway(row: FileDetailRow): string {
  return row.restName === null ? 'Nothing of it was there to keep.' : `Moved to ${restOf(row.state) ?? 'archive'}/ as ${row.restName}.`
}

const FILE_COLUMNS = `f.file_id as id, e.name as feed, f.name, f.door, f.state, coalesce(f.code, v.code) as code, coalesce(f.reason, v.reason) as reason,
  f.received_bytes as bytes, f.opened_at as "openedAt", f.received_at as "receivedAt", f.changed_at as "changedAt",
  v.rows_read as "rowsRead", v.rows_accepted as "rowsAccepted", v.rows_unchanged as "rowsUnchanged", v.rows_rejected as "rowsRejected",
  v.rows_outdated as "rowsOutdated",  v.units_read as "unitsRead"`

const FILES = 'feed.file f join feed.feed e using (feed_id) left join import.verdict v using (file_id)'

const FILES_WANTED = `($1::text is null or f.state = $1) and ($2::text is null or e.name = $2)
  and ($3::text is null or position(lower($3) in lower(f.name)) > 0)
  and ($4::timestamptz is null or f.opened_at >= $4) and ($5::timestamptz is null or f.opened_at < $5)
  and (not $6::boolean or v.rows_rejected > 0)`

const FILES_SORTED = { newest: 'f.file_id desc', oldest: 'f.file_id', name: 'f.name, f.file_id' } as const

type FilesQuery = z.output<typeof filesQuery>

function wanted(query: FilesQuery): unknown[] {
  const dates = [query.from, query.to].map(at => (at === undefined ? null : new Date(at)))
  return [query.state ?? null, query.feed ?? null, query.search || null, ...dates, query.rejected === 'true']
}

async function filesOf(sql: Sql, query: FilesQuery): Promise<FileRow[]> {
  return sql.query<FileRow>(
    `select ${FILE_COLUMNS} from ${FILES} where ${FILES_WANTED} order by ${FILES_SORTED[query.sort]} limit $7 offset $8`,
    [...wanted(query), query.pageSize, offsetOf(query)],
  )
}

async function countFiles(sql: Sql, query: FilesQuery): Promise<number> {
  const rows = await sql.query<{ total: number }>(
    `select count(*) as total from (select 1 from ${FILES} where ${FILES_WANTED} limit $7) counted`,
    [...wanted(query), TOTAL_COUNTED_MAX + 1],
  )
  return rows[0]?.total ?? 0
}

async function fileById(sql: Sql, fileId: number): Promise<FileDetailRow | null> {
  const rows = await sql.query<FileDetailRow>(
    `select ${FILE_COLUMNS}, coalesce(v.layout, e.layout) as layout, f.sha256, f.sender_stamp as "senderStamp", f.duplicate_of as "duplicateOf",
            f.rest_name as "restName", f.put_away_at as "putAwayAt", v.decision, v.decided_at as "decidedAt", v.applied_at as "appliedAt",
            case when not v.has_row_as_of then v.as_of end as "asOf", v.outdated_by as "outdatedBy",
            v.rows_missing as "rowsMissing", coalesce(v.rows_zeroed, 0) as "rowsZeroed", coalesce(v.treated, '{}') as treated,
            coalesce(e.settings->'belief'->>'releasedBy', 'one') as "releasedBy", f.release_wanted_by as "releaseWantedBy", v.header,
            coalesce(v.rows_parked, 0) as "rowsParked", coalesce(v.rows_left_out, 0) as "rowsLeftOut", coalesce(v.rows_repeated, 0) as "rowsRepeated",
            e.file_kind as "fileKind", v.subject, f.expected_bytes as "expectedBytes",
            (select json_build_object('id', r.file_id, 'name', r.name) from feed.file r where r.file_id = v.repeats_file_id) as repeats,
            (select json_build_object('booked', l.rows_booked, 'rows', l.rows) from import.large_file l where l.file_id = f.file_id) as booking,
            (select json_build_object('id', p.file_id, 'name', p.name, 'kind', f.parent_kind) from feed.file p where p.file_id = f.parent_file_id) as parent,
            (select coalesce(json_agg(json_build_object('id', c.file_id, 'name', c.name, 'kind', c.parent_kind, 'state', c.state) order by c.file_id), '[]')
               from feed.file c where c.parent_file_id = f.file_id) as children
       from ${FILES} where f.file_id = $1`,
    [fileId],
  )
  return rows[0] ?? null
}

function unknownFile(fileId: number): TrueupError {
  return new TrueupError('FILE_NOT_FOUND', `There is no file ${fileId}.`, {
    retry: 'never',
    hint: 'Look for it in the list of files.',
    detail: { fileId },
  })
}
