import type { Layout } from './layout.ts'

/** What of an earlier file of changes stands in a newer one, at the same lines and with the same bytes. */
export type Contained = {
  fileId: number
  name: string
  /** Lines of the earlier file that were applied. */
  applied: number
  /** Of these, how many stand in the newer one. */
  matched: number
  /** The one that does not is its last: it may have been cut. */
  isLastCut: boolean
}

export type Repeat =
  | { kind: 'new' }
  /** It is the earlier file, sent again: what was applied is left out, the rest counts. */
  | { kind: 'again'; of: number }
  | { kind: 'held'; of: number; code: 'FILE_CHANGES_SEEN_BEFORE'; reason: string }

/**
 * Whether nothing but its lines tells what a file brings from what came before. Counts do no harm twice, corrections and numbered rows are
 * known by their references, and a request by its key: the same change under another key is another change.
 */
export function isComparedByLine(file: {
  kind: Layout['kind']
  isDue: boolean
  isNumbered: boolean
  isCorrection: boolean
  isRequest: boolean
  appliedBefore: 'leave_out' | 'count' | undefined
}): boolean {
  const isKnownOtherwise = file.isDue || file.isNumbered || file.isCorrection || file.isRequest
  return file.kind === 'delta' && !isKnownOtherwise && file.appliedBefore !== 'count'
}

/**
 * So many lines that agree in place and in every byte are no accident. Fewer may be: a shop may sell the same two things first on two
 * days, so a person is asked.
 */
export const EVIDENT_LINES_MIN = 10

/**
 * Whether a file of changes brings changes that were applied already: after a cut that looked whole, a torn file that was let go, or rows
 * that were refused, senders send the whole file again. All that was applied of the earlier one has to be in it.
 */
export function judgeRepeat(earlier: readonly Contained[], { isReleased }: { isReleased: boolean }): Repeat {
  const [most] = earlier
    .filter(one => one.matched > 0 && (one.matched === one.applied || (one.isLastCut && one.matched === one.applied - 1)))
    .toSorted((a, b) => b.matched - a.matched || b.fileId - a.fileId)
  if (most === undefined) return { kind: 'new' }
  if (isReleased || (most.matched === most.applied && most.matched >= EVIDENT_LINES_MIN)) return { kind: 'again', of: most.fileId }
  return { kind: 'held', of: most.fileId, code: 'FILE_CHANGES_SEEN_BEFORE', reason: reasonOf(most) }
}

function reasonOf({ fileId, name, applied, matched }: Contained): string {
  const what =
    matched === applied
      ? `all ${applied} changes of ${name} (file ${fileId}) stand in it`
      : `${matched} of the ${applied} changes of ${name} (file ${fileId}) stand in it, all but its last line, which may have been cut`
  return `It may be a file that came before, sent again: ${what}, at the same lines, and were applied. Released, only its other rows count.`
}
