import type { Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { incomingTable } from './incoming-store.ts'
import type { Contained } from './repeat.ts'

/** A file is sent again within days, if at all. */
export const LOOKED_BACK_MS = 14 * 24 * 60 * 60 * 1_000
const LOOKED_BACK_FILES_MAX = 50

/** Four bytes of a digest: two lines that differ in one place of one file agree in it once in four thousand million. */
const DIGEST = `('x' || left(md5(i.raw), 8))::bit(32)::integer`

/**
 * Which earlier files of changes stand in this one, line by line. Only those are compared in full of which the first, the middle or the
 * last line agrees. Lines that were refused were not applied; those that came home since were.
 */
export async function containedIn(tx: Tx, file: { fileId: number; feedId: number; now: InstantMs }): Promise<Contained[]> {
  const table = incomingTable(file.fileId)
  return tx.query<Contained>(
    `with recent as (
       select l.file_id, f.name, l.lines, l.digests
         from import.applied_lines l join feed.file f using (file_id)
        where l.feed_id = $1 and l.kept_at > $2 and l.file_id <> $3 and f.state in ('staged', 'applied')
        order by l.file_id desc limit ${LOOKED_BACK_FILES_MAX}
     ), alike as (
       select r.* from recent r
        where exists (select 1 from unnest(array[1, (cardinality(r.lines) + 1) / 2, cardinality(r.lines)]) at
                        join ${table} i on i.line = r.lines[at] and i.raw is not null
                       where ${DIGEST} = r.digests[at])
     ), said as (
       select a.file_id, a.name, one.line, one.digest, one.line = a.lines[cardinality(a.lines)] as is_last
         from alike a cross join lateral unnest(a.lines, a.digests) as one (line, digest)
        where not exists (select 1 from import.rejected_row r where r.file_id = a.file_id and r.line = one.line)
     )
     select s.file_id as "fileId", s.name, count(*) as applied,
            count(*) filter (where i.line is not null) as matched, bool_or(s.is_last and i.line is null) as "isLastCut"
       from said s left join ${table} i on i.line = s.line and i.raw is not null and ${DIGEST} = s.digest
      group by s.file_id, s.name`,
    [file.feedId, new Date(file.now - LOOKED_BACK_MS), file.fileId],
  )
}

/** Keeps which lines of this file are applied with it, or were before: what a later one is compared with. */
export async function keepLines(tx: Tx, file: { fileId: number; feedId: number; now: InstantMs }): Promise<void> {
  await tx.query(
    `insert into import.applied_lines (file_id, feed_id, kept_at, lines, digests)
     select $1, $2, $3, array_agg(line order by line), array_agg(digest order by line)
       from (select i.line::integer as line, ${DIGEST} as digest from ${incomingTable(file.fileId)} i where i.code is null and i.raw is not null) kept
     having count(*) > 0
     on conflict (file_id) do update set kept_at = excluded.kept_at, lines = excluded.lines, digests = excluded.digests`,
    [file.fileId, file.feedId, new Date(file.now)],
  )
  await tx.query('delete from import.applied_lines where feed_id = $1 and kept_at < $2', [file.feedId, new Date(file.now - LOOKED_BACK_MS)])
}

/**
 * Takes out what was applied with an earlier file: the lines that agree with it, and those that were refused in it and have come home
 * since. Gives how many, and how many of them had been refused here.
 */
export async function leaveOutApplied(tx: Tx, fileId: number, of: number): Promise<{ repeated: number; refused: number }> {
  const [gone] = await tx.query<{ repeated: number; refused: number }>(
    `with applied as (
       select one.line, one.digest
         from import.applied_lines l cross join lateral unnest(l.lines, l.digests) as one (line, digest)
        where l.file_id = $1 and not exists (select 1 from import.rejected_row r where r.file_id = $1 and r.line = one.line)
       union all
       select line, null from import.rejected_row where file_id = $1 and resolved_at is not null
     ), gone as (
       delete from ${incomingTable(fileId)} i using applied a
        where a.line = i.line and (a.digest is null or (i.raw is not null and a.digest = ${DIGEST}))
       returning i.code
     ) select count(*) as repeated, count(code) as refused from gone`,
    [of],
  )
  // What is left of the lines that were refused then is what was mended: with it, they have come home.
  await tx.query(
    `insert into import.correction_row (file_id, line, root_file_id, root_line)
     select $1, r.line, r.root_file_id, r.root_line from import.rejected_row r join ${incomingTable(fileId)} i on i.line = r.line
      where r.file_id = $2 and r.resolved_at is null
     on conflict do nothing`,
    [fileId, of],
  )
  return gone ?? { repeated: 0, refused: 0 }
}
