import type { Sql } from '../db/connection.ts'
import { assert } from '../kernel/assert.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { HostKey, SourceLimits, SourceProof } from './source-port.ts'
import type { AfterVisit, SourceState } from './source-retry.ts'

export type Source = SourceLimits & {
  sourceId: number
  name: string
  host: string
  port: number
  user: string
  proof: SourceProof['kind']
  root: string
  lookEveryMs: number
  isEnabled: boolean
  state: SourceState
  code: string | null
  reason: string | null
  failures: number
  hostKey: HostKey | null
  /** What the server showed last and nobody has accepted. */
  shownHostKey: HostKey | null
  /** null: not before a person says so, unless it was never looked at. */
  nextLookAt: InstantMs | null
  lookedAt: InstantMs | null
  okAt: InstantMs | null
  /** When its whole tree was last looked at. */
  aroundAt: InstantMs | null
}

type SourceRow = Omit<Source, 'hostKey' | 'shownHostKey'> & {
  key: string | null
  keyType: string | null
  shownKey: string | null
  shownKeyType: string | null
}

const SOURCE_COLUMNS = `source_id as "sourceId", name, host, port, user_name as "user", proof, root, look_every_ms as "lookEveryMs",
  connect_ms as "connectMs", idle_ms as "idleMs", overall_ms as "overallMs", is_enabled as "isEnabled", state, code, reason, failures,
  host_key as key, host_key_type as "keyType", shown_host_key as "shownKey", shown_host_key_type as "shownKeyType",
  next_look_at as "nextLookAt", looked_at as "lookedAt", ok_at as "okAt", around_at as "aroundAt"`

function sourceOf({ key, keyType, shownKey, shownKeyType, ...row }: SourceRow): Source {
  return {
    ...row,
    hostKey: key === null || keyType === null ? null : { fingerprint: key, type: keyType },
    shownHostKey: shownKey === null || shownKeyType === null ? null : { fingerprint: shownKey, type: shownKeyType },
  }
}

/** All sources, by name. */
export async function listSources(sql: Sql): Promise<Source[]> {
  return (await sql.query<SourceRow>(`select ${SOURCE_COLUMNS} from feed.source order by name`)).map(sourceOf)
}

export async function sourceCalled(sql: Sql, name: string): Promise<Source | null> {
  const rows = await sql.query<SourceRow>(`select ${SOURCE_COLUMNS} from feed.source where name = $1`, [name])
  return rows[0] ? sourceOf(rows[0]) : null
}

/** The sources whose next look is due. A stopped one is due when a person has set its next look. */
export async function dueSources(sql: Sql, now: InstantMs): Promise<Source[]> {
  const rows = await sql.query<SourceRow>(
    `select ${SOURCE_COLUMNS} from feed.source where is_enabled and next_look_at <= $1 order by next_look_at, source_id`,
    [new Date(now)],
  )
  return rows.map(sourceOf)
}

export type SourceSecret = { secretSealed: string | null; passphraseSealed: string | null }

export async function secretOf(sql: Sql, sourceId: number): Promise<SourceSecret> {
  const rows = await sql.query<SourceSecret>(
    'select secret_sealed as "secretSealed", passphrase_sealed as "passphraseSealed" from feed.source where source_id = $1',
    [sourceId],
  )
  return rows[0] ?? { secretSealed: null, passphraseSealed: null }
}

export type SourceSettings = SourceLimits & Pick<Source, 'name' | 'host' | 'port' | 'user' | 'proof' | 'root' | 'lookEveryMs' | 'isEnabled'>

/**
 * Declares a source, or changes one. Another host or port is another server: its accepted key is forgotten. A secret that is not given
 * stays as it is. It is looked at now.
 */
export async function putSource(sql: Sql, source: SourceSettings & Partial<SourceSecret> & { now: InstantMs }): Promise<number> {
  const rows = await sql.query<{ sourceId: number }>(
    `insert into feed.source as s (name, host, port, user_name, proof, root, look_every_ms, connect_ms, idle_ms, overall_ms, is_enabled,
                                   secret_sealed, passphrase_sealed, next_look_at, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)
     on conflict (name) do update
        set host = excluded.host, port = excluded.port, user_name = excluded.user_name, proof = excluded.proof, root = excluded.root,
            look_every_ms = excluded.look_every_ms, connect_ms = excluded.connect_ms, idle_ms = excluded.idle_ms,
            overall_ms = excluded.overall_ms, is_enabled = excluded.is_enabled,
            secret_sealed = case when excluded.proof = 'agent' then null else coalesce(excluded.secret_sealed, s.secret_sealed) end,
            passphrase_sealed = case when excluded.secret_sealed is null then s.passphrase_sealed else excluded.passphrase_sealed end,
            host_key = case when (s.host, s.port) = (excluded.host, excluded.port) then s.host_key end,
            host_key_type = case when (s.host, s.port) = (excluded.host, excluded.port) then s.host_key_type end,
            shown_host_key = null, shown_host_key_type = null, failures = 0, next_look_at = excluded.next_look_at
     returning source_id as "sourceId"`,
    [
      ...[source.name, source.host, source.port, source.user, source.proof, source.root, source.lookEveryMs],
      ...[source.connectMs, source.idleMs, source.overallMs, source.isEnabled],
      ...[source.secretSealed ?? null, source.passphraseSealed ?? null, new Date(source.now)],
    ],
  )
  assert(rows[0], 'an upsert gives its row')
  return rows[0].sourceId
}

/** Forgets a source. False: a feed still takes its files from it. */
export async function removeSource(sql: Sql, sourceId: number): Promise<boolean> {
  const rows = await sql.query(
    'delete from feed.source s where source_id = $1 and not exists (select 1 from feed.feed e where e.source_id = s.source_id) returning 1',
    [sourceId],
  )
  return rows.length > 0
}

/** A person believes this key from now on; the source is looked at again. False: it is not the one that was shown. */
export async function acceptHostKey(sql: Sql, source: { sourceId: number; fingerprint: string; now: InstantMs }): Promise<boolean> {
  const rows = await sql.query(
    `update feed.source
        set host_key = shown_host_key, host_key_type = shown_host_key_type, shown_host_key = null, shown_host_key_type = null,
            state = 'new', code = null, reason = null, failures = 0, next_look_at = $3
      where source_id = $1 and shown_host_key = $2 returning 1`,
    [source.sourceId, source.fingerprint, new Date(source.now)],
  )
  return rows.length > 0
}

/** A person says by which key the server is known, whether or not it was ever met. */
export async function pinHostKey(sql: Sql, source: { sourceId: number; key: HostKey }): Promise<void> {
  await sql.query('update feed.source set host_key = $2, host_key_type = $3 where source_id = $1', [
    source.sourceId,
    source.key.fingerprint,
    source.key.type,
  ])
}

/** A person wants it looked at now, whatever its state. */
export async function lookNow(sql: Sql, source: { sourceId: number; now: InstantMs }): Promise<void> {
  await sql.query('update feed.source set next_look_at = $2, failures = 0 where source_id = $1', [source.sourceId, new Date(source.now)])
}

/** Lets a source that nothing stops be looked at by itself from now on, whatever it waited for. */
export async function lookByItself(sql: Sql, source: { name: string; now: InstantMs }): Promise<void> {
  await sql.query(`update feed.source set next_look_at = $2 where name = $1 and state <> 'stopped' and next_look_at is null`, [
    source.name,
    new Date(source.now),
  ])
}

/** What the server showed at a contact that went no further. */
export async function recordShownKey(sql: Sql, source: { sourceId: number; key: HostKey }): Promise<void> {
  await sql.query('update feed.source set shown_host_key = $2, shown_host_key_type = $3 where source_id = $1', [
    source.sourceId,
    source.key.fingerprint,
    source.key.type,
  ])
}

/** The outcome of a visit. A source that a person changed meanwhile keeps the look that the person wanted. */
export async function recordVisit(
  sql: Sql,
  visit: AfterVisit & { sourceId: number; code: string | null; reason: string | null; now: InstantMs; asOfLook: InstantMs | null },
): Promise<void> {
  await sql.query(
    `update feed.source
        set state = $2, failures = $3, code = $5, reason = $6, looked_at = $7, ok_at = case when $2 = 'ok' then $7 else ok_at end,
            next_look_at = case when next_look_at is distinct from $8 then next_look_at else $4 end
      where source_id = $1`,
    [
      ...[visit.sourceId, visit.state, visit.failures, dateOrNull(visit.nextLookAt), visit.code, visit.reason, new Date(visit.now)],
      dateOrNull(visit.asOfLook),
    ],
  )
}

export type Quality = {
  connections: number
  refusals: number
  drops: number
  bytes: number
  connectedMs: number
  latencyMs: number | null
}

/** Adds what one visit was like to its hour. */
export async function addQuality(sql: Sql, visit: Quality & { sourceId: number; now: InstantMs }): Promise<void> {
  await sql.query(
    `insert into feed.source_hour as h (source_id, hour, connections, refusals, drops, bytes, connected_ms, latency_ms_sum, latency_ms_max, latency_samples)
     values ($1, date_trunc('hour', $2::timestamptz), $3, $4, $5, $6, $7, coalesce($8::integer, 0), coalesce($8, 0), ($8 is not null)::integer)
     on conflict (source_id, hour) do update
        set connections = h.connections + excluded.connections, refusals = h.refusals + excluded.refusals, drops = h.drops + excluded.drops,
            bytes = h.bytes + excluded.bytes, connected_ms = h.connected_ms + excluded.connected_ms,
            latency_ms_sum = h.latency_ms_sum + excluded.latency_ms_sum, latency_ms_max = greatest(h.latency_ms_max, excluded.latency_ms_max),
            latency_samples = h.latency_samples + excluded.latency_samples`,
    [
      ...[visit.sourceId, new Date(visit.now), visit.connections, visit.refusals, visit.drops, visit.bytes, Math.round(visit.connectedMs)],
      visit.latencyMs === null ? null : Math.round(visit.latencyMs),
    ],
  )
}

function dateOrNull(at: InstantMs | null): Date | null {
  return at === null ? null : new Date(at)
}
