import { assert } from '../kernel/assert.ts'
import { TrueupError } from '../kernel/error.ts'
import type { StepReport } from '../kernel/report.ts'
import { restOf } from './file-state.ts'
import type { FileRoom } from './port.ts'
import { followLines, type LineReached, reasonNote } from './reason-note.ts'
import { reasonNameOf, restNameOf } from './rest-name.ts'
import * as store from './rest-store.ts'
import type { FeedDeps } from './step.ts'

const PUT_AWAY_PER_STEP_MAX = 50

/**
 * Moves files with a verdict to `archive/` or `failed/`, the latter with a note beside them. The verdict was committed before,
 * and where the file went is recorded after; a crash in between has the same move made again, which changes nothing.
 */
export async function putAwayStep({ db, clock, files }: Omit<FeedDeps, 'hash'>): Promise<StepReport> {
  const due = await store.duePutAway(db, { now: clock.now(), limit: PUT_AWAY_PER_STEP_MAX })
  const failures: unknown[] = []
  let missing = 0
  for (const file of due) {
    try {
      if (!(await putAway({ db, clock, files }, file))) missing++
    } catch (error) {
      // One file that cannot be moved does not keep the others from their rest; the step still fails, and is tried again.
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  const notes = missing > 0 ? { notes: { missing } } : {}
  return { read: due.length, wrote: due.length - missing, more: due.length === PUT_AWAY_PER_STEP_MAX, ...notes }
}

async function putAway({ db, clock, files }: Omit<FeedDeps, 'hash'>, file: store.ToPutAway): Promise<boolean> {
  const { home, folder, spoolName, fileId } = file
  const kind = restOf(file.state)
  assert(kind !== null, `a file that is ${file.state} is not put away`)
  const restName = restNameOf({ name: file.name, receivedAt: file.receivedAt ?? file.openedAt, fileId })
  if (kind === 'failed') {
    const note = reasonNote({ ...file, reached: await lineReached(files, { ...file, kind, restName }) })
    await files.writeWhole({ home, folder, kind, name: reasonNameOf(restName) }, once(note))
  }
  const isThere = await files.putAway({ spoolName, home, folder, inboxName: file.name, kind, restName })
  await store.recordPutAway(db, { fileId, restName: isThere ? restName : null, now: clock.now() })
  return isThere
}

/** How far the lines of a failed file reach, wherever it lies: a crash may have left it on either side of its move. */
async function lineReached(
  files: FileRoom,
  file: { spoolName: string; home: string; folder: string; kind: 'failed'; restName: string },
): Promise<LineReached | null> {
  const lies = (await files.spoolSize(file.spoolName)) !== null
  const lines = followLines()
  try {
    for await (const chunk of lies ? files.readSpool(file.spoolName) : files.readRest(file)) lines.take(chunk)
  } catch (error) {
    if (!(error instanceof TrueupError && error.code === 'FILE_BYTES_MISSING')) throw error
  }
  return lines.reached()
}

async function* once(text: string): AsyncIterable<string> {
  yield text
}

const GONE_PER_STEP_MAX = 200

/** Deletes originals that are older, or more, than their feed keeps. What is known of the files stays. */
export async function letOriginalsGo({ db, clock, files }: Omit<FeedDeps, 'hash'>): Promise<StepReport> {
  const due = await store.originalsToLetGo(db, { now: clock.now(), limit: GONE_PER_STEP_MAX })
  for (const { fileId, home, folder, state, restName } of due) {
    const kind = restOf(state)
    if (kind !== null) await files.removeRest({ home, folder, kind, restName })
    await store.recordOriginalGone(db, { fileId, now: clock.now() })
  }
  return { read: 0, wrote: 0, more: due.length === GONE_PER_STEP_MAX, notes: { gone: due.length } }
}
