import type { Clock, InstantMs } from '../kernel/clock.ts'
import { messageOf } from '../kernel/error.ts'
import type { StepReport } from '../kernel/report.ts'
import {
  type ArrivalSettings,
  COMPANION_BYTES_MAX,
  companionOf,
  isSpokenOf,
  isTemporaryName,
  judgeLook,
  type Look,
  quietMsOf,
} from './arrival.ts'
import type { Reception, WatchedFolder } from './port.ts'

/** What was seen of a watched folder at the last look. Kept by the caller; forgetting it costs one more quiet time. */
export type Looks = Map<string, Look & { isTaken: boolean }>

const FILES_PER_LOOK_MAX = 1_000

/** Looks at a watched folder and takes in what has stood still for the quiet time, or has beside it what its feed asks for. */
export async function pollFolder(
  deps: { clock: Clock; reception: Reception; folder: WatchedFolder; looks: Looks },
  { feedId, arrival = {}, quietMs = quietMsOf(arrival) }: { feedId: number; arrival?: ArrivalSettings; quietMs?: number },
): Promise<StepReport> {
  const { clock, folder, looks, reception } = deps
  const seen = (await folder.list()).filter(file => !isTemporaryName(file.name))
  const listed = seen.filter(file => companionOf(file.name, arrival) === null)
  const beside = seen.filter(file => companionOf(file.name, arrival) !== null)
  const now = clock.now()
  let taken = 0
  for (const file of listed.slice(0, FILES_PER_LOOK_MAX)) {
    const before = looks.get(file.name) ?? null
    if (arrival.evidence !== undefined && !before?.isTaken && !isSpokenOf(file, beside, arrival)) continue
    const verdict = judgeLook(before, { ...file, at: now }, { quietMs })
    if (verdict.kind === 'wait')
      looks.set(file.name, { ...verdict.look, isTaken: before?.stillSince === verdict.look.stillSince && before.isTaken })
    else if (before?.isTaken) await folder.remove(file.name, file)
    else if (await takeIn(deps, { feedId, name: file.name, now })) taken++
  }
  for (const companion of beside) {
    const text = await folder.head(companion.name, COMPANION_BYTES_MAX)
    await reception.companion({ feedId, name: companion.name, text })
    // Known by its text from now on. Left where it lies, it would speak of every later file of that name.
    if (taken > 0 || arrival.evidence === 'manifest') await folder.remove(companion.name, companion)
  }
  const names = new Set(listed.map(file => file.name))
  for (const name of looks.keys()) if (!names.has(name)) looks.delete(name)
  return { read: listed.length, wrote: taken, more: listed.length > FILES_PER_LOOK_MAX && taken > 0 }
}

async function takeIn(
  { reception, folder, looks }: { reception: Reception; folder: WatchedFolder; looks: Looks },
  { feedId, name, now }: { feedId: number; name: string; now: InstantMs },
): Promise<boolean> {
  const receipt = await reception.opened({ feedId, door: 'folder', name })
  const taken = await folder.takeIntoSpool(name, receipt.spoolName).catch(async (error: unknown) => {
    const reason = `The file could not be copied out of the folder: ${messageOf(error)}`
    await reception.interrupted(receipt, { bytes: 0, code: 'FILE_INTERRUPTED_DISK', reason })
    throw error
  })
  if (taken === null) {
    const reason = 'The file changed while it was being read, although it had stood still before. It is looked at again.'
    await reception.interrupted(receipt, { bytes: 0, code: 'FILE_INTERRUPTED_CHANGED', reason })
    looks.delete(name)
    return false
  }
  await reception.received(receipt, { ...taken, by: 'still' })
  // Remembered before it is removed: if that fails, it is not taken a second time at every look.
  looks.set(name, { ...taken, stillSince: now, isTaken: true })
  await folder.remove(name, taken)
  looks.delete(name)
  return true
}
