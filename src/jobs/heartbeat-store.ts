import type { Sql } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'

/** `paused`: the room is alive, and rests because people said so. */
export type Heartbeat = {
  room: string
  beatAt: InstantMs
  outcome: 'finished' | 'failed' | 'paused'
  code: string | null
  message: string | null
}

/** Writes the newest heartbeat of each room in one statement; an older one never takes the place of a newer. */
export async function beat(sql: Sql, beats: readonly Heartbeat[]): Promise<void> {
  await sql.query(
    `insert into jobs.heartbeat (room, beat_at, outcome, code, message)
     select * from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[])
     on conflict (room) do update
     set beat_at = excluded.beat_at, outcome = excluded.outcome, code = excluded.code, message = excluded.message
     where jobs.heartbeat.beat_at <= excluded.beat_at`,
    [
      beats.map(one => one.room),
      beats.map(one => new Date(one.beatAt)),
      beats.map(one => one.outcome),
      beats.map(one => one.code),
      beats.map(one => one.message),
    ],
  )
}

/** Every room's last heartbeat. */
export async function heartbeats(sql: Sql): Promise<Heartbeat[]> {
  return sql.query<Heartbeat>(`select room, beat_at as "beatAt", outcome, code, message from jobs.heartbeat order by room`)
}
