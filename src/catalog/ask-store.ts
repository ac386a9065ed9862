import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'

export type Ask = { kind: 'product' | 'item' | 'locations'; gid: string }

/** Somebody heard that this changed in a shop: it is read soon. Asking twice changes nothing. */
export async function askForReading(sql: Sql, shopId: number, asks: readonly Ask[], now: InstantMs): Promise<void> {
  await sql.query(
    `insert into catalog.ask as a (shop_id, kind, gid, asked_at)
     select distinct $1::integer, kind, gid, $4::timestamptz from unnest($2::text[], $3::text[]) as given (kind, gid)
     on conflict (shop_id, kind, gid) do update set asked_at = excluded.asked_at`,
    [shopId, asks.map(ask => ask.kind), asks.map(ask => ask.gid), new Date(now)],
  )
}

/** What is asked for, oldest first. */
export async function asksOf(sql: Sql, shopId: number, limit: number): Promise<Ask[]> {
  return sql.query<Ask>('select kind, gid from catalog.ask where shop_id = $1 order by asked_at, kind, gid limit $2', [shopId, limit])
}

/** These were read from `startedAt` on. What was asked again since then stays asked. */
export async function answerAsks(tx: Tx, shopId: number, asks: readonly Ask[], startedAt: InstantMs): Promise<void> {
  await tx.query(
    `delete from catalog.ask a using unnest($2::text[], $3::text[]) as given (kind, gid)
      where a.shop_id = $1 and a.kind = given.kind and a.gid = given.gid and a.asked_at <= $4`,
    [shopId, asks.map(ask => ask.kind), asks.map(ask => ask.gid), new Date(startedAt)],
  )
}
