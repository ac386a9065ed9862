import { TrueupError } from '../kernel/error.ts'

export function unknownFeed(name: string): TrueupError {
  return new TrueupError('FEED_NOT_FOUND', `There is no feed named ${name}.`, {
    retry: 'never',
    hint: 'Choose one of the feeds that GET /api/v1/feeds lists.',
    detail: { feed: name },
  })
}

export function unknownFile(fileId: number): TrueupError {
  return new TrueupError('FILE_NOT_FOUND', `There is no file ${fileId}, or its bytes were never received.`, {
    retry: 'never',
    hint: 'Look for it in the list of files.',
    detail: { fileId },
  })
}

export function layoutUnknown(layout: string, known: readonly string[]): TrueupError {
  return new TrueupError('FEED_LAYOUT_UNKNOWN', `There is no layout named ${layout}.`, {
    retry: 'never',
    hint: `Choose one of ${known.join(', ')}.`,
    detail: { layout },
  })
}

export function sourceNeeded(message: string): TrueupError {
  return new TrueupError('FEED_SOURCE_NEEDED', message, {
    retry: 'never',
    hint: 'Declare the source first, on the Sources page or with `trueup source add`, and name its folder.',
  })
}

export function strayGone(strayId: number): TrueupError {
  return new TrueupError('FEED_STRAY_GONE', `That file is not there any more (${strayId}).`, {
    retry: 'never',
    hint: 'Somebody may have moved it or taken it in meanwhile; look at the list again.',
    detail: { strayId },
  })
}

export function notAgain(fileId: number, why: string): TrueupError {
  return new TrueupError('FILE_NOT_AGAIN', `File ${fileId} cannot be imported again: ${why}`, {
    retry: 'never',
    hint: 'Upload the file anew if you have it, or correct its rejected rows alone.',
    detail: { fileId },
  })
}

export function notWaiting(fileId: number, state: string): TrueupError {
  return new TrueupError('FILE_NOT_WAITING', `File ${fileId} is ${state}: only a file that waits can be cancelled.`, {
    retry: 'never',
    hint: 'What was applied is taken back with Undo; what is held is put aside with Reject.',
    detail: { fileId, state },
  })
}
