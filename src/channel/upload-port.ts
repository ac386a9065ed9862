import type { FrozenCall, SendOutcome } from './port.ts'

/** Shopify's own words for how far a bulk operation is. */
export type ShopUploadStatus = 'CREATED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELING' | 'CANCELED' | 'EXPIRED'

export type UploadLook = {
  status: ShopUploadStatus
  errorCode: string | null
  /** Calls that the shop has worked through so far. */
  callsDone: number
  /** Where the answers are to be read; null: there are none, or not yet. After a failure they are those of what was done. */
  answersUrl: string | null
}

export type StartedUpload =
  | { kind: 'started'; operationGid: string }
  /** As many uploads as the shop takes at once are under way. */
  | { kind: 'busy'; message: string }

/**
 * Many calls handed over at once, as a bulk operation. Each keeps its own key and bytes, so one that is not answered can be
 * sent by itself and takes effect once. Everything throws a TrueupError with a ShopCode.
 */
export type ShopUploadPort = {
  /** All of one kind, at most UPLOAD_CALLS_MAX. */
  startUpload(
    calls: readonly FrozenCall[],
    named: { filename: string; clientIdentifier: string },
    signal?: AbortSignal,
  ): Promise<StartedUpload>
  /** Null: the shop does not know it, or no longer. */
  lookAtUpload(operationGid: string, signal?: AbortSignal): Promise<UploadLook | null>
  /** Line by line, in the order in which the shop worked; `ordinal` is the call's place in what was handed over. */
  readAnswers(answersUrl: string, rowsOfCall: (ordinal: number) => number, signal?: AbortSignal): AsyncIterable<AnsweredCall[]>
  /** Asks the shop to stop. What it has done by then stays done. Gives its refusal, or null. */
  cancelUpload(operationGid: string, signal?: AbortSignal): Promise<string | null>
}

export type AnsweredCall = { ordinal: number; outcome: SendOutcome }

/** 250 rows a call make some 40 kB a line, and a file holds 100 MB. */
export const UPLOAD_CALLS_MAX = 2_000
/** Of bulk mutations in one shop, since API version 2026-01. */
export const UPLOADS_AT_ONCE_MAX = 5
