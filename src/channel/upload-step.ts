import { messageOf, TrueupError } from '../kernel/error.ts'
import { claim } from './claim-step.ts'
import { isUploadWorthIt } from './load.ts'
import { LEVELS_PER_CALL_MAX, type SendOutcome } from './port.ts'
import type { ChannelDeps } from './step.ts'
import type { OpenCall } from './store.ts'
import { afterLook, isTimeToLook, isToBeCancelled, UPLOAD_ATTEMPTS_MAX } from './upload.ts'
import { type ShopUploadPort, UPLOAD_CALLS_MAX, UPLOADS_AT_ONCE_MAX } from './upload-port.ts'
import * as uploads from './upload-store.ts'

/** Levels that are due are counted no further than this. */
const DUE_COUNTED_MAX = 2_000_000
/** Calls that are claimed as one set. */
const CALLS_PER_CLAIM = 20
/** The shop itself gives an upload a day; then its calls are anybody's again, whatever became of it. */
const HELD_MS = 25 * 60 * 60_000

export type UploadDeps = ChannelDeps & {
  uploads: ShopUploadPort
  settle(call: OpenCall, outcome: SendOutcome): Promise<unknown>
}

/**
 * Full loads: what the shop was given is looked after, and where so much is due that it is sooner there as an upload, it is
 * handed over as one. Gives how many levels were claimed or answered.
 */
export async function uploadSome(deps: UploadDeps): Promise<number> {
  const { db, shopId, clock } = deps
  let levels = 0
  for (const upload of await uploads.openUploads(db, shopId)) {
    if (deps.signal?.aborted) return levels
    if (upload.state === 'running') levels += await lookAfter(deps, upload)
    else await handOver(deps, upload.uploadId)
  }
  const isRoom = (await uploads.openUploads(db, shopId)).length < UPLOADS_AT_ONCE_MAX
  if (isRoom && (await isWorthIt(deps))) levels += await gather(deps, await uploads.beginUpload(db, shopId, clock.now()))
  return levels
}

async function isWorthIt({ db, clock, shopId, uploadFromLevels }: UploadDeps): Promise<boolean> {
  const levelsDue = await uploads.countDue(db, { shopId, now: clock.now(), limit: DUE_COUNTED_MAX })
  if (uploadFromLevels !== undefined) return levelsDue >= uploadFromLevels
  return isUploadWorthIt(levelsDue, await uploads.budgetOf(db, shopId), await uploads.measuredUploads(db, shopId))
}

/** Claims what is due, call by call, each with its key and bytes; then hands all of them over at once. */
async function gather(deps: UploadDeps, uploadId: number): Promise<number> {
  const { db, clock } = deps
  let levels = 0
  for (let ordinal = 0; ordinal < UPLOAD_CALLS_MAX && !deps.signal?.aborted; ) {
    const now = clock.now()
    const claimed = await db.transaction(tx =>
      claim(tx, deps, now, {
        callsMax: Math.min(CALLS_PER_CLAIM, UPLOAD_CALLS_MAX - ordinal),
        upload: { uploadId, ordinal, heldUntil: now + HELD_MS },
      }),
    )
    if (claimed === null) break
    ordinal += claimed.calls.length
    levels += claimed.calls.length * LEVELS_PER_CALL_MAX + claimed.agreeing
  }
  await handOver(deps, uploadId)
  return levels
}

/** An upload that was begun is the shop's to do. One that it does not take three times is sent call by call. */
async function handOver(deps: UploadDeps, uploadId: number): Promise<void> {
  const { db, clock, signal } = deps
  if ((await db.transaction(tx => uploads.closeGathering(tx, uploadId))) === 0) return
  const calls = (await uploads.callsOfUpload(db, uploadId)).map(call => call.frozen)
  const named = { filename: `trueup-${uploadId}.jsonl`, clientIdentifier: `trueup-upload-${uploadId}` }
  try {
    const started = await deps.uploads.startUpload(calls, named, signal)
    if (started.kind === 'started') await uploads.markHandedOver(db, uploadId, { operationGid: started.operationGid, now: clock.now() })
    else await notTaken(deps, uploadId, started.message)
  } catch (error) {
    // Whether it was begun is not known. Handed over again it has the same keys, and takes effect once.
    await notTaken(deps, uploadId, messageOf(error))
    if (!(error instanceof TrueupError) || error.code !== 'CHANNEL_BULK_FAILED') throw error
  }
}

async function notTaken({ db, clock }: UploadDeps, uploadId: number, message: string): Promise<void> {
  const attempts = await uploads.countAttempt(db, uploadId, message)
  if (attempts >= UPLOAD_ATTEMPTS_MAX)
    await db.transaction(tx => uploads.endUpload(tx, uploadId, { result: 'not_taken', now: clock.now() }))
}

async function lookAfter(deps: UploadDeps, upload: uploads.OpenUpload): Promise<number> {
  const { db, clock, signal } = deps
  const { uploadId, operationGid } = upload
  if (operationGid === null || !isTimeToLook(upload, clock.now())) return 0
  if (isToBeCancelled(upload, clock.now())) {
    const refusal = await deps.uploads.cancelUpload(operationGid, signal)
    await uploads.noteCancelSent(db, uploadId, { refusal, now: clock.now() })
  }
  const look = await deps.uploads.lookAtUpload(operationGid, signal)
  await uploads.noteLook(db, uploadId, { look, now: clock.now() })
  const next = afterLook(look)
  if (next.kind === 'wait') return 0
  const answered = next.answersUrl === null ? 0 : await readAnswers(deps, uploadId, next.answersUrl)
  await db.transaction(tx => uploads.endUpload(tx, uploadId, { result: next.result, now: clock.now() }))
  return answered
}

/** Line by line: each call is settled as if it had been answered by itself. Read twice it is settled once. */
async function readAnswers(deps: UploadDeps, uploadId: number, answersUrl: string): Promise<number> {
  const calls = new Map((await uploads.callsOfUpload(deps.db, uploadId)).map(call => [call.ordinal, call]))
  let levels = 0
  for await (const answers of deps.uploads.readAnswers(answersUrl, ordinal => calls.get(ordinal)?.rows ?? 0, deps.signal)) {
    for (const { ordinal, outcome } of answers) {
      const call = calls.get(ordinal)
      // What is unknown to the shop's own answer is sent by itself when the upload has ended.
      if (call === undefined || call.isAnswered || outcome.kind === 'unknown' || outcome.kind === 'throttled') continue
      await deps.settle(call, outcome)
      levels += call.rows
    }
  }
  return levels
}
