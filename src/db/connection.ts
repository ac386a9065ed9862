import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { assert } from '../kernel/assert.ts'
import { messageOf, TrueupError } from '../kernel/error.ts'

/** What a store's statements run on: the pool or an open transaction. */
export type Sql = {
  /**
   * Runs one statement and gives its rows. Under a name the connection keeps the statement prepared: for those that run
   * often and take longer to plan than to run. A name stands for one text.
   */
  query<T>(text: string, values?: readonly unknown[], options?: { name?: string }): Promise<T[]>
}

/** An open transaction. It ends with the function it was given to. */
export type Tx = Sql & {
  /** Streams text in PostgreSQL's COPY format into `copy … from stdin`. Bounded by back pressure. */
  copyIn(text: string, chunks: AsyncIterable<Uint8Array | string>): Promise<void>
  /** Streams what `copy … to stdout` gives. */
  copyOut(text: string): AsyncIterable<Buffer>
}

export type Db = Sql & {
  /** Commits what `work` did, or nothing of it. Never call the network inside. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * Runs `work` while no other process runs something under the same name, or says at once that another does. The lock is
   * held by a connection of its own, not by a transaction, so `work` may call the network; a process that dies lets go at
   * once. It keeps two senders from working side by side; what must never happen twice needs more than this.
   */
  alone<T>(name: string, work: () => Promise<T>): Promise<{ ran: true; result: T } | { ran: false }>
  /**
   * Runs `work` when nothing that runs under one of these names, here or in another process, stands against it: two under one name go
   * beside each other only where both share it. Waits as long as it takes; null once `ended`, and `work` was not begun. Held as `alone` is.
   */
  inTurn<T>(names: readonly Turn[], work: () => Promise<T>, ended: AbortSignal): Promise<{ result: T } | null>
  end(): Promise<void>
}

export type Turn = { name: string; isShared: boolean }

export type DbOptions = {
  url: string
  poolMax?: number
  applicationName?: string
  /** Called with each statement before it runs. */
  onStatement?: (text: string) => void
  /** Called when an idle connection breaks (the server went away). The next query opens a new one. */
  onLost?: (error: Error) => void
}

const POOL_CONNECTIONS_MAX = 8
const CONNECT_TIMEOUT_MS = 10_000
/** Keeps our advisory locks apart from those of others in the same database. */
const LOCK_SPACE = 7_310
const TURN_SPACE = 7_311
/** Who waits for a turn looks so often whether it is still wanted. */
const TURN_WAIT_MS = 500

/** Opens a pool on a PostgreSQL server (15 to 18). */
export function openDb(options: DbOptions): Db {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolMax ?? POOL_CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: options.applicationName ?? 'trueup',
    types: { getTypeParser: typeParser },
  })
  pool.on('error', error => options.onLost?.(error))
  // A connection may die at any moment that it is with us, from the one in which it is made; unheard, its error would end the program.
  // The statement's own rejection is the one that counts.
  pool.on('connect', client => client.on('error', ignore))
  const seen = options.onStatement ?? (() => {})

  return {
    async query<T>(text: string, values: readonly unknown[] = [], { name }: { name?: string } = {}) {
      seen(text)
      return (await pool.query({ text, values: [...values], ...(name ? { name } : {}) }).catch(namedIfLost)).rows as T[]
    },
    async transaction(work) {
      const client = await pool.connect().catch(namedIfLost)
      let broken: Error | undefined
      try {
        await client.query('begin')
        const result = await work(transactionOn(client, seen))
        await client.query('commit')
        return result
      } catch (error) {
        await client.query('rollback').catch((lost: Error) => {
          broken = lost
        })
        return namedIfLost(error)
      } finally {
        client.release(broken)
      }
    },
    async alone(name, work) {
      const holder = await openHolder()
      try {
        const taken = await holder.query<{ held: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as held', [LOCK_SPACE, name])
        return taken.rows[0]?.held ? { ran: true, result: await work() } : { ran: false }
      } finally {
        await holder.end()
      }
    },
    async inTurn(names, work, ended) {
      const holder = await openHolder()
      try {
        // The server, too, has to learn soon that a machine is gone: it would keep the turn for it.
        await holder.query(`set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 3; set tcp_keepalives_count = 3;
                            set lock_timeout = ${TURN_WAIT_MS}`)
        for (const { name, isShared } of names) {
          const take = `select pg_advisory_lock${isShared ? '_shared' : ''}($1, hashtext($2))`
          while (!(await isTaken(holder.query(take, [TURN_SPACE, name])))) if (ended.aborted) return null
        }
        return ended.aborted ? null : { result: await work() }
      } finally {
        await holder.end()
      }
    },
    end: () => pool.end(),
  }

  /** A connection of its own that holds locks until it ends. */
  async function openHolder() {
    const holder = new pg.Client({
      connectionString: options.url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: `${options.applicationName ?? 'trueup'} alone`,
    })
    holder.on('error', ignore)
    await holder.connect()
    return holder
  }
}

const LOCK_NOT_AVAILABLE = '55P03'

async function isTaken(taking: Promise<unknown>): Promise<boolean> {
  try {
    await taking
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === LOCK_NOT_AVAILABLE) return false
    throw error
  }
}

function transactionOn(client: pg.PoolClient, seen: (text: string) => void): Tx {
  return {
    async query<T>(text: string, values: readonly unknown[] = [], { name }: { name?: string } = {}) {
      seen(text)
      return (await client.query({ text, values: [...values], ...(name ? { name } : {}) })).rows as T[]
    },
    async copyIn(text, chunks) {
      seen(text)
      await pipeline(Readable.from(chunks, { objectMode: false }), client.query(copyFrom(text)))
    },
    copyOut(text) {
      seen(text)
      return client.query(copyTo(text)) as AsyncIterable<Buffer>
    },
  }
}

function ignore() {}

/** What says that the server is not there, or sends everybody away: of the system, and of PostgreSQL. */
const LOST: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['57P01', '57P02', '57P03', '08000', '08001', '08003', '08004', '08006', '53300'],
])
const SAID_OF_LOST = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/

/** That the database is away is nobody's mistake and passes: it has a name. Everything else is thrown as it is. */
function namedIfLost(error: unknown): never {
  if (!LOST.has((error as { code?: unknown }).code) && !SAID_OF_LOST.test(messageOf(error))) throw error
  throw new TrueupError('DB_UNREACHABLE', 'The database does not answer.', {
    retry: 'backoff',
    hint: 'Wait: it is tried again by itself. Look at the log of PostgreSQL, and at DATABASE_URL where it is a server.',
    cause: error,
  })
}

const INT8 = 20
const NUMERIC = 1700
const TIMESTAMPTZ = 1184

/** int8 and numeric as numbers, loudly refused beyond 2^53; instants as milliseconds, since the rooms reckon in InstantMs. */
function typeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === INT8 || oid === NUMERIC) return safeNumber
  if (oid === TIMESTAMPTZ) return (text: string) => Date.parse(isoOf(text))
  return pg.types.getTypeParser(oid, format as 'text')
}

function safeNumber(text: string): number {
  const value = Number(text)
  assert(!Number.isInteger(value) || Number.isSafeInteger(value), `a number beyond 2^53 came from the database: ${text}`)
  return value
}

/** PostgreSQL writes `2026-11-23 23:50:35.123+00`; Date.parse wants the T and full minutes. */
function isoOf(text: string): string {
  const iso = text.replace(' ', 'T')
  return /[+-]\d\d$/.test(iso) ? `${iso}:00` : iso
}
