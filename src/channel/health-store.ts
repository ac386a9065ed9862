import type { Db, Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { afterNews, type Health, type News, neverAsked } from './health.ts'
import type { Standing } from './permit.ts'

const HEALTH_COLUMNS = `state, code, message, since, asked_at as "askedAt", failures, retry_at as "retryAt",
  granted_scopes as "grantedScopes", app_handle as "appHandle", scopes_at as "scopesAt", held_code as "heldCode", held_message as "heldMessage",
  held_since as "heldSince", mended_at as "mendedAt"`

export async function healthOf(sql: Sql, shopId: number): Promise<Health | null> {
  const rows = await sql.query<Health>(`select ${HEALTH_COLUMNS} from channel.health where shop_id = $1`, [shopId])
  return rows[0] ?? null
}

/**
 * Keeps what was heard of a shop. Whoever speaks to it may hear something, several at once: each sees what the one before
 * it heard.
 */
export async function hear(db: Db, shopId: number, news: News, at: { now: InstantMs; chance: number }): Promise<Health> {
  return db.transaction(async tx => {
    const before = await lockHealth(tx, shopId, at.now)
    const after = afterNews(before, news, at)
    if (after !== before) await recordHealth(tx, shopId, after)
    return after
  })
}

async function lockHealth(tx: Tx, shopId: number, now: InstantMs): Promise<Health> {
  const fresh = neverAsked(now)
  await tx.query(`insert into channel.health (shop_id, state, since, asked_at) values ($1, $2, $3, $4) on conflict (shop_id) do nothing`, [
    shopId,
    fresh.state,
    new Date(fresh.since),
    new Date(fresh.askedAt),
  ])
  const rows = await tx.query<Health>(`select ${HEALTH_COLUMNS} from channel.health where shop_id = $1 for update`, [shopId])
  return rows[0] ?? fresh
}

async function recordHealth(tx: Tx, shopId: number, health: Health): Promise<void> {
  const at = (instant: InstantMs | null) => (instant === null ? null : new Date(instant))
  await tx.query(
    `update channel.health
        set state = $2, code = $3, message = $4, since = $5, asked_at = $6, failures = $7, retry_at = $8, granted_scopes = $9,
            scopes_at = $10, held_code = $11, held_message = $12, held_since = $13, mended_at = $14, app_handle = $15
      where shop_id = $1`,
    [
      ...[shopId, health.state, health.code, health.message, at(health.since), at(health.askedAt), health.failures],
      ...[at(health.retryAt), health.grantedScopes, at(health.scopesAt)],
      ...[health.heldCode, health.heldMessage, at(health.heldSince), at(health.mendedAt), health.appHandle],
    ],
  )
}

/** How far our clock was ahead of the shop's when it was last asked; null: its answer was not dated. */
export async function recordClockSkew(sql: Sql, shopId: number, skewMs: number | null): Promise<void> {
  await sql.query('update channel.health set clock_skew_ms = $2 where shop_id = $1', [shopId, skewMs])
}

/** Something else may be granted than was heard: it is asked before the next write, and at the next check. */
export async function askScopesAnew(sql: Sql, shopId: number): Promise<void> {
  await sql.query('update channel.health set scopes_at = null where shop_id = $1', [shopId])
}

/** What decides whether a request may go out at all, read for each of them. */
export async function standingOf(sql: Sql, shopId: number): Promise<Standing | null> {
  const rows = await sql.query<Standing>(
    `select coalesce(s.access_scope, 'read_only') as "accessScope", s.is_enabled as "isEnabled",
            coalesce((select x.is_shadow from channel.setting x where x.shop_id = s.shop_id), false) as "isShadow", coalesce(h.state, 'unknown') as state,
            h.code, coalesce(h.failures, 0) as failures, h.retry_at as "retryAt"
       from catalog.shop s left join channel.health h using (shop_id) where s.shop_id = $1`,
    [shopId],
  )
  return rows[0] ?? null
}
