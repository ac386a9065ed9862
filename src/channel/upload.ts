import { unreachable } from '../kernel/assert.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { ShopUploadStatus, UploadLook } from './upload-port.ts'

/*
 * A full load leaves as an upload: its calls are claimed as ever, with their keys and bytes, and handed over together.
 *
 *   gathering ──► waiting ──handed over──► running ──answers read, or ended without──► ended
 *                    └── not taken three times ──────────────────────────────────────────┘
 *
 * A call that has no answer when the upload has ended is sent by itself, under the same key: a stall, a cancel or half a
 * result costs calls, and never a number.
 */
export type UploadState = 'gathering' | 'waiting' | 'running' | 'ended'
export type UploadResult = 'completed' | 'failed' | 'canceled' | 'expired' | 'lost' | 'not_taken'

export type RunningUpload = {
  callsDone: number
  lookedAt: InstantMs | null
  movedAt: InstantMs
  askedAt: InstantMs | null
  cancelAskedAt: InstantMs | null
  cancelSentAt: InstantMs | null
}

/** How often the shop is asked how far it is; its own word that it has ended may be lost. */
export const LOOK_MS = 5_000
/** Without any progress for so long an upload is cancelled, and its calls are sent one by one. */
export const STALL_MS = 15 * 60_000
/** An upload that was not taken so often is given up. */
export const UPLOAD_ATTEMPTS_MAX = 3

export function isTimeToLook(upload: RunningUpload, now: InstantMs): boolean {
  if (upload.lookedAt === null || now - upload.lookedAt >= LOOK_MS) return true
  return upload.askedAt !== null && upload.askedAt >= upload.lookedAt
}

/** Whether it is to be stopped: a person said so, or it stands still. Once told, the shop needs its time. */
export function isToBeCancelled(upload: RunningUpload, now: InstantMs): boolean {
  if (upload.cancelSentAt !== null) return false
  return upload.cancelAskedAt !== null || now - upload.movedAt >= STALL_MS
}

export type Next =
  | { kind: 'wait' }
  /** Its answers are read, as far as there are any; what has none is sent by itself. */
  | { kind: 'end'; result: UploadResult; answersUrl: string | null }

/** What follows from what the shop said of an upload; null: it does not know it. */
export function afterLook(look: UploadLook | null): Next {
  if (look === null) return { kind: 'end', result: 'lost', answersUrl: null }
  switch (look.status) {
    case 'CREATED':
    case 'RUNNING':
    case 'CANCELING':
      return { kind: 'wait' }
    case 'COMPLETED':
    case 'FAILED':
    case 'CANCELED':
    case 'EXPIRED':
      return { kind: 'end', result: RESULT[look.status], answersUrl: look.answersUrl }
    default:
      return unreachable(look.status)
  }
}

const RESULT: Readonly<Record<Exclude<ShopUploadStatus, 'CREATED' | 'RUNNING' | 'CANCELING'>, UploadResult>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELED: 'canceled',
  EXPIRED: 'expired',
}
