import { expect, test } from 'vitest'
import { afterLook, isTimeToLook, isToBeCancelled, LOOK_MS, type Next, type RunningUpload, STALL_MS } from './upload.ts'
import type { UploadLook } from './upload-port.ts'

const NOW = 1_000_000_000
const running: RunningUpload = {
  callsDone: 3,
  lookedAt: NOW - 1_000,
  movedAt: NOW - 1_000,
  askedAt: null,
  cancelAskedAt: null,
  cancelSentAt: null,
}

test.each<[string, Partial<RunningUpload>, boolean]>([
  ['never looked at', { lookedAt: null }, true],
  ['looked at a moment ago', {}, false],
  ['looked at long enough ago', { lookedAt: NOW - LOOK_MS }, true],
  ['a person asks again', { askedAt: NOW }, true],
  ['what was asked before the look is answered', { askedAt: NOW - 2_000 }, false],
])('is it time to look: %s', (_title, change, expected) => expect(isTimeToLook({ ...running, ...change }, NOW)).toBe(expected))

test.each<[string, Partial<RunningUpload>, boolean]>([
  ['it gets along', {}, false],
  ['it stands still', { movedAt: NOW - STALL_MS }, true],
  ['a person cancels it', { cancelAskedAt: NOW }, true],
  ['the shop was told, and needs its time', { cancelAskedAt: NOW, cancelSentAt: NOW, movedAt: NOW - STALL_MS }, false],
])('is it cancelled: %s', (_title, change, expected) => expect(isToBeCancelled({ ...running, ...change }, NOW)).toBe(expected))

const look: UploadLook = { status: 'RUNNING', errorCode: null, callsDone: 3, answersUrl: null }
test.each<[string, UploadLook | null, Next]>([
  ['the shop works', look, { kind: 'wait' }],
  ['it is being cancelled', { ...look, status: 'CANCELING' }, { kind: 'wait' }],
  ['it is done', { ...look, status: 'COMPLETED', answersUrl: 'u' }, { kind: 'end', result: 'completed', answersUrl: 'u' }],
  ['half of it is done', { ...look, status: 'FAILED', answersUrl: 'p' }, { kind: 'end', result: 'failed', answersUrl: 'p' }],
  ['it is cancelled', { ...look, status: 'CANCELED' }, { kind: 'end', result: 'canceled', answersUrl: null }],
  ['the shop forgot it', { ...look, status: 'EXPIRED' }, { kind: 'end', result: 'expired', answersUrl: null }],
  ['the shop never heard of it', null, { kind: 'end', result: 'lost', answersUrl: null }],
])('what follows: %s', (_title, seen, next) => expect(afterLook(seen)).toEqual(next))
