import type { Upload, UploadRow } from '../api/uploads.ts'
import type { Tone } from '../parts/state.tsx'

const RESULT: Record<NonNullable<Upload['result']>, { tone: Tone; word: string }> = {
  completed: { tone: 'ok', word: 'Completed' },
  failed: { tone: 'waiting', word: 'Failed half-way' },
  canceled: { tone: 'unknown', word: 'Cancelled' },
  expired: { tone: 'waiting', word: 'Expired' },
  lost: { tone: 'waiting', word: 'Lost by the shop' },
  not_taken: { tone: 'waiting', word: 'Not taken' },
}

/** Our own state of an upload, by word and colour. */
export function ours(upload: Upload): { tone: Tone; word: string } {
  if (upload.result !== null) return RESULT[upload.result]
  if (upload.state === 'running') return { tone: 'working', word: 'With the shop' }
  return { tone: 'working', word: upload.state === 'gathering' ? 'Gathering' : 'Waiting to be taken' }
}

export const OUTCOME: Record<UploadRow['outcome'], { tone: Tone; word: string }> = {
  confirmed: { tone: 'ok', word: 'Confirmed' },
  refused: { tone: 'stuck', word: 'Refused' },
  sent_again: { tone: 'working', word: 'Sent again' },
  unanswered: { tone: 'waiting', word: 'No answer yet' },
}
