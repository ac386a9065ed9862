import type { Upload, UploadRow } from '../api/uploads.ts'
import type { Tone } from '../parts/state.tsx'
import { uploads as texts } from '../texts/uploads.ts'

const RESULT: Record<NonNullable<Upload['result']>, { tone: Tone; word: string }> = {
  completed: { tone: 'ok', word: texts.completed },
  failed: { tone: 'waiting', word: texts.failedHalfWay },
  canceled: { tone: 'unknown', word: texts.cancelled },
  expired: { tone: 'waiting', word: texts.expired },
  lost: { tone: 'waiting', word: texts.lostByTheShop },
  not_taken: { tone: 'waiting', word: texts.notTaken },
}

/** Our own state of an upload, by word and colour. */
export function ours(upload: Upload): { tone: Tone; word: string } {
  if (upload.result !== null) return RESULT[upload.result]
  if (upload.state === 'running') return { tone: 'working', word: texts.withTheShop }
  return { tone: 'working', word: upload.state === 'gathering' ? texts.gathering : texts.waitingToBeTaken }
}

export const OUTCOME: Record<UploadRow['outcome'], { tone: Tone; word: string }> = {
  confirmed: { tone: 'ok', word: texts.confirmed },
  refused: { tone: 'stuck', word: texts.refused },
  sent_again: { tone: 'working', word: texts.sentAgain },
  unanswered: { tone: 'waiting', word: texts.noAnswerYet },
}
