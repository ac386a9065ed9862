import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { recordAudit } from '../db/audit.ts'
import type { Db } from '../db/connection.ts'
import { feedCalled } from '../feed/store.ts'
import { feedParams } from '../http/contract/file.ts'
import type { Answer } from '../http/contract/instant.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { rowsOutcome, rowsRequest } from '../http/contract/rows.ts'
import type { Clock, Sleep } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Ids } from '../kernel/ids.ts'
import { type FileOutcome, keepRequest, outcomeOf, requestUnder } from './request-store.ts'

export type RequestRouteDeps = {
  db: Db
  clock: Clock
  ids: Ids
  sleep: Sleep
  upload(file: { feedId: number; name: string; chunks: AsyncIterable<Uint8Array>; requestKey: string }): Promise<{ fileId: number }>
  /** A file may be taken on now. */
  arrived(): void
}

/** How long a request waits for the outcome of its rows before it answers with what is known. */
const OUTCOME_WAIT_MS_MAX = 5_000
const OUTCOME_POLL_MS = 25

/** Rows by the API, through the door of files. */
export function requestRoutes(deps: RequestRouteDeps): Route[] {
  const { db, clock, ids } = deps
  return [
    jsonRoute({
      method: 'POST',
      path: '/feeds/:name/rows',
      summary: 'Brings rows into a feed as a file would, and tells what became of each; repeat it with its Idempotency-Key',
      tag: 'import',
      role: 'operator',
      params: feedParams,
      body: rowsRequest,
      answer: rowsOutcome,
      status: 201,
      keepsKeys: true,
      async handle({ params, body, who, idempotencyKey, signal }) {
        const feed = await feedCalled(db, params.name)
        if (feed === null) throw unknownFeed(params.name)
        const key = idempotencyKey ?? ids.uuid()
        // The key stands in the bytes: the same rows under another key are another word, not a replay.
        const bytes = Buffer.from(JSON.stringify({ request: key, rows: body.rows }))
        const askedSha256 = createHash('sha256').update(bytes).digest('hex')
        const asked = await db.alone(`rows ${feed.feedId} ${key}`, async () => {
          const known = await requestUnder(db, { feedId: feed.feedId, key })
          if (known !== null) {
            if (known.askedSha256 !== askedSha256) throw keyReused(key)
            return { fileId: known.fileId, isRepeat: true }
          }
          const { fileId } = await deps.upload({
            feedId: feed.feedId,
            name: `${fileNameOf(key)}.json`,
            chunks: only(bytes),
            requestKey: key,
          })
          await keepRequest(db, { feedId: feed.feedId, key, askedSha256, fileId, who: who.name, now: clock.now() })
          const deed = { action: 'feed.rows', subject: 'feed', name: params.name, before: null, after: { fileId, rows: body.rows.length } }
          await recordAudit(db, { at: clock.now(), who: who.name, ...deed })
          return { fileId, isRepeat: false }
        })
        if (!asked.ran) throw stillAsked(key)
        deps.arrived()
        return { ...asked.result, ...(await settled(deps, asked.result.fileId, signal)) }
      },
    }),
  ]
}

const SETTLED: ReadonlySet<FileOutcome['state']> = new Set(['applied', 'failed', 'held', 'stale', 'duplicate', 'interrupted'])

async function settled(
  { db, sleep }: RequestRouteDeps,
  fileId: number,
  signal: AbortSignal,
): Promise<Omit<Answer<typeof rowsOutcome>, 'fileId' | 'isRepeat'>> {
  for (let waitedMs = 0; ; waitedMs += OUTCOME_POLL_MS) {
    const outcome = await outcomeOf(db, fileId)
    if (outcome === null) throw new Error(`bug: file ${fileId} is not there`)
    if (SETTLED.has(outcome.state) || waitedMs >= OUTCOME_WAIT_MS_MAX || signal.aborted) return outcome
    await sleep(OUTCOME_POLL_MS, signal)
  }
}

/** A key can hold anything; a file name cannot. */
function fileNameOf(key: string): string {
  return `rows-${key.replace(/[^\w.-]/g, '_').slice(0, 100)}`
}

async function* only(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

function unknownFeed(name: string): TrueupError {
  return new TrueupError('FEED_NOT_FOUND', `There is no feed named ${name}.`, {
    retry: 'never',
    hint: 'Choose one of the feeds that GET /api/v1/feeds lists.',
    detail: { feed: name },
  })
}

function keyReused(key: string): TrueupError {
  return new TrueupError('IMPORT_KEY_REUSED', `The key ${key} was used before for other rows.`, {
    retry: 'never',
    hint: 'Give every request a key of its own, and repeat one only with exactly what it asked for.',
    detail: { key },
  })
}

function stillAsked(key: string): TrueupError {
  return new TrueupError('IMPORT_KEY_IN_USE', `A request with the key ${key} is being taken in just now.`, {
    retry: 'backoff',
    hint: 'Repeat it in a moment: the answer will be that of the first one.',
    detail: { key },
  })
}
