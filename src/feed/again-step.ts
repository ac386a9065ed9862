import type { Db } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import { notAgain, sourceNeeded, strayGone, unknownFile } from './feed-not-as-asked.ts'
import type { Feed } from './feed-store.ts'
import { restOf } from './file-state.ts'
import type { FileRoom, Reception } from './port.ts'
import { originalNameOf } from './rest-name.ts'
import { keptForAgain } from './rest-store.ts'
import type { RemoteDoor } from './source-port.ts'
import { tryConnection } from './source-step.ts'
import { listSources, lookNow } from './source-store.ts'
import { forgetStrays, type StrayRow } from './stray-store.ts'

type Deps = { db: Db; clock: Clock; files: FileRoom; reception: Reception }

/** A file that lay elsewhere in a home arrives in a feed: its bytes are safe in the spool, and its row is there, before anybody is told. */
export async function takeInStray({ db, files, reception }: Deps, stray: StrayRow & { home: string }, feed: Feed): Promise<number> {
  const name = stray.path.slice(stray.path.lastIndexOf('/') + 1)
  const receipt = await reception.opened({ feedId: feed.feedId, door: 'folder', name })
  const taken = await files.takeIn({ home: stray.home, path: stray.path, spoolName: receipt.spoolName })
  if (taken === null) {
    await reception.interrupted(receipt, { bytes: 0, code: 'FILE_INTERRUPTED_DISK', reason: 'The file was not there any more.' })
    throw strayGone(stray.strayId)
  }
  await reception.received(receipt, { ...taken, by: 'person' })
  await forgetStrays(db, [stray.strayId])
  return receipt.fileId
}

/** A file that lies elsewhere on a source is moved there into the folder of its feed, and fetched like any other. */
export async function moveInSource(
  deps: Deps & { door: RemoteDoor; unseal(sealed: string): string },
  stray: StrayRow,
  feed: Feed,
  signal?: AbortSignal,
): Promise<null> {
  const source = (await listSources(deps.db)).find(one => one.sourceId === stray.sourceId)
  if (source === undefined || feed.sourceId !== source.sourceId || feed.remoteFolder === null)
    throw sourceNeeded(`${feed.name} does not fetch its files from that source.`)
  const folder = feed.remoteFolder.replace(/\/+$/, '')
  const name = stray.path.slice(stray.path.lastIndexOf('/') + 1)
  await tryConnection(deps, source, remote => remote.move(`/${stray.path}`, `${folder}/${name}`), signal)
  await forgetStrays(deps.db, [stray.strayId])
  await lookNow(deps.db, { sourceId: source.sourceId, now: deps.clock.now() })
  return null
}

/**
 * Reads the kept original of a file anew, into its own feed or another: after a layout, a mapping or an identifier was mended no upload is
 * needed. What may be a part of a file is never read, and changes that were applied are never applied again.
 */
export async function importAgain({ db, files, reception }: Deps, fileId: number, into: Feed | null): Promise<number> {
  const kept = await keptForAgain(db, fileId)
  if (kept === null) throw unknownFile(fileId)
  if (kept.state === 'interrupted' || kept.state === 'receiving') throw notAgain(fileId, 'it never came whole.')
  if (kept.state === 'received' || kept.state === 'staged' || kept.state === 'held') throw notAgain(fileId, 'it is still on its way.')
  if (kept.fileKind === 'delta' && kept.state === 'applied') throw notAgain(fileId, 'its changes were applied, and would count twice.')
  const name = originalNameOf(kept.name)
  const receipt = await reception.opened({ feedId: into?.feedId ?? kept.feedId, door: 'again', name, againOf: kept.firstId })
  const kind = restOf(kept.state)
  const from =
    kept.restName === null || kind === null
      ? { spoolName: kept.spoolName }
      : { home: kept.home, folder: kept.folder, kind, restName: kept.restName }
  if (!(await files.keepAgain({ from, spoolName: receipt.spoolName }))) {
    await reception.interrupted(receipt, { bytes: 0, code: 'FILE_BYTES_MISSING', reason: 'The kept original is gone.' })
    throw notAgain(fileId, 'its original is not kept any more.')
  }
  await reception.received(receipt, { bytes: kept.bytes, modifiedAt: kept.modifiedAt, by: 'person' })
  return receipt.fileId
}
