import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { CredentialKind, TokenLife } from './credential.ts'

/** As it lies in the database: nothing in it is readable without the key. */
export type Credential = TokenLife & {
  clientId: string | null
  clientSecretSealed: string | null
  oldClientSecretSealed: string | null
  accessTokenSealed: string | null
  refreshTokenSealed: string | null
}

const COLUMNS = `kind, client_id as "clientId", client_secret_sealed as "clientSecretSealed",
  old_client_secret_sealed as "oldClientSecretSealed", access_token_sealed as "accessTokenSealed",
  access_expires_at as "accessExpiresAt", refresh_token_sealed as "refreshTokenSealed",
  refresh_expires_at as "refreshExpiresAt", renewed_at as "renewedAt"`

/** Null: the shop has a token that was typed in, and no secret of its app. */
export async function credentialOf(sql: Sql, shopId: number): Promise<Credential | null> {
  const rows = await sql.query<Credential>(`select ${COLUMNS} from catalog.shop_credential where shop_id = $1`, [shopId])
  return rows[0] ?? null
}

export type NewCredential = {
  kind: CredentialKind
  clientId: string | null
  clientSecretSealed: string | null
  refreshTokenSealed: string | null
}

/** Puts what a person entered in the place of what was; the secret before goes on counting for webhooks. */
export async function setCredential(tx: Tx, shopId: number, given: NewCredential): Promise<void> {
  await tx.query(
    `insert into catalog.shop_credential as c (shop_id, kind, client_id, client_secret_sealed, refresh_token_sealed) values ($1, $2, $3, $4, $5)
     on conflict (shop_id) do update
        set kind = excluded.kind, client_id = coalesce(excluded.client_id, c.client_id),
            client_secret_sealed = coalesce(excluded.client_secret_sealed, c.client_secret_sealed),
            old_client_secret_sealed = case when excluded.client_secret_sealed is null then c.old_client_secret_sealed else c.client_secret_sealed end,
            refresh_token_sealed = excluded.refresh_token_sealed,
            access_token_sealed = null, access_expires_at = null, refresh_expires_at = null, renewed_at = null`,
    [shopId, given.kind, given.clientId, given.clientSecretSealed, given.refreshTokenSealed],
  )
}

/** A token was typed in: it is the one that is sent. */
export async function setTypedToken(tx: Tx, shopId: number, tokenSealed: string): Promise<void> {
  await tx.query('update catalog.shop set token_sealed = $2 where shop_id = $1', [shopId, tokenSealed])
}

/** Keeps a token that was fetched, and the refresh token that came with it: before either is used. */
export async function keepToken(
  sql: Sql,
  shopId: number,
  fetched: {
    accessTokenSealed: string
    accessExpiresAt: InstantMs | null
    refreshTokenSealed: string | null
    refreshExpiresAt: InstantMs | null
  },
  now: InstantMs,
): Promise<void> {
  const at = (instant: InstantMs | null) => (instant === null ? null : new Date(instant))
  await sql.query(
    `update catalog.shop_credential
        set access_token_sealed = $2, access_expires_at = $3, refresh_token_sealed = coalesce($4, refresh_token_sealed),
            refresh_expires_at = coalesce($5, refresh_expires_at), renewed_at = $6
      where shop_id = $1`,
    [
      shopId,
      fetched.accessTokenSealed,
      at(fetched.accessExpiresAt),
      fetched.refreshTokenSealed,
      at(fetched.refreshExpiresAt),
      new Date(now),
    ],
  )
}

/** The token was refused before its time: it is fetched anew. */
export async function forgetToken(sql: Sql, shopId: number, refused: { accessTokenSealed: string }): Promise<void> {
  await sql.query('update catalog.shop_credential set access_expires_at = renewed_at where shop_id = $1 and access_token_sealed = $2', [
    shopId,
    refused.accessTokenSealed,
  ])
}

/** What of a credential may be seen. */
export function describeCredential(credential: Credential | null) {
  return {
    kind: credential?.kind ?? ('static' as const),
    clientId: credential?.clientId ?? null,
    isSecretKnown: (credential?.clientSecretSealed ?? null) !== null,
    isOldSecretKnown: (credential?.oldClientSecretSealed ?? null) !== null,
    accessExpiresAt: credential?.accessExpiresAt ?? null,
    refreshExpiresAt: credential?.refreshExpiresAt ?? null,
    renewedAt: credential?.renewedAt ?? null,
  }
}
