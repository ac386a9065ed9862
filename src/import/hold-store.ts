import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { type Figures, GOOD_FILES_MAX } from './guard.ts'
import type { FacilityDiff, HoldBreach, LargestChange } from './hold.ts'
import { dropStaged } from './store.ts'

/** The figures of the last files of a feed that were applied and not taken back, newest first. */
export async function goodFiles(sql: Sql, feedId: number): Promise<Figures[]> {
  const rows = await sql.query<{ figures: Figures }>(
    `select v.figures
       from import.verdict v join feed.file f using (file_id)
      where v.feed_id = $1 and v.applied_at is not null and v.figures is not null and f.state = 'applied'
      order by v.seq desc limit $2`,
    [feedId, GOOD_FILES_MAX],
  )
  return rows.map(row => row.figures)
}

export type Hold = {
  heldAt: InstantMs
  breaches: HoldBreach[]
  figures: Figures & { missing: number | null }
  facilities: FacilityDiff[]
  largest: LargestChange[]
}

/** Holds a file that was believed by itself but not beside the others: what it would do is kept, its rows are not. */
export async function recordHold(tx: Tx, fileId: number, hold: Hold & { code: string; reason: string }): Promise<void> {
  await tx.query(
    `insert into import.hold (file_id, held_at, breaches, figures, facilities, largest) values ($1, $2, $3, $4, $5, $6)
     on conflict (file_id) do update set held_at = excluded.held_at, breaches = excluded.breaches, figures = excluded.figures,
            facilities = excluded.facilities, largest = excluded.largest`,
    [
      ...[fileId, new Date(hold.heldAt), JSON.stringify(hold.breaches), JSON.stringify(hold.figures)],
      ...[JSON.stringify(hold.facilities), JSON.stringify(hold.largest)],
    ],
  )
  await tx.query(`update import.verdict set decision = 'held', code = $2, reason = $3 where file_id = $1`, [fileId, hold.code, hold.reason])
  await dropStaged(tx, fileId)
}

/** Why a file was held, and what it would have done; null where no guard held it. */
export async function holdOf(sql: Sql, fileId: number): Promise<Hold | null> {
  const rows = await sql.query<Hold>(
    'select held_at as "heldAt", breaches, figures, facilities, largest from import.hold where file_id = $1',
    [fileId],
  )
  return rows[0] ?? null
}
