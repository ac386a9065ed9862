import { constants, type Stats } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, rm, rmdir, stat, truncate, unlink, utimes } from 'node:fs/promises'
import path from 'node:path'
import type { Attributes } from 'ssh2'
import { COMPANION_BYTES_MAX, companionOf, isTemporaryName } from '../../../feed/arrival.ts'
import { pathOfKind } from '../../../feed/feed-folder.ts'
import type { Reception } from '../../../feed/port.ts'
import { reasonNameOf } from '../../../feed/rest-name.ts'
import type { Clock } from '../../../kernel/clock.ts'
import { nullIfMissing } from '../errno.ts'
import { arriveByRename, recordTorn } from './arrival.ts'
import { type OpenDirectory, openDirectory } from './directory.ts'
import { type Home, openHome } from './home.ts'
import { type OpenFile, shownOf } from './open-file.ts'
import { openToRead, openToWrite } from './plain-file.ts'
import type { Recent } from './recent.ts'
import { denied, failure, noSuchFile, OPEN_MODE } from './status.ts'
import { openUpload, type UploadDeps } from './upload.ts'
import { normalise, type Place, placeOf } from './virtual-path.ts'

export type OperationDeps = UploadDeps & { homesDir: string; recent: Recent; clock: Clock }

/** Everything that one user can do with paths. Paths are as the client wrote them. */
export type Operations = {
  open(path: string, flags: number): Promise<OpenFile>
  openDirectory(path: string): Promise<OpenDirectory>
  stat(path: string): Promise<Stats>
  lstat(path: string): Promise<Stats>
  setStat(path: string, attributes: Partial<Attributes>): Promise<void>
  remove(path: string): Promise<void>
  makeDirectory(path: string): Promise<void>
  removeDirectory(path: string): Promise<void>
  rename(from: string, to: string, options: { overwrite: boolean }): Promise<void>
  realPath(path: string): string
}

/** A feed that is declared while its user is connected is seen after so long. */
const FOLDERS_FRESH_MS = 2_000
const DIRECTORY_MODE = 0o750
const ONLY_A_PART = 'This is only the beginning of a file whose upload broke off: upload the whole file again'
const READ_ONLY = 'This folder is kept by Trueup: files in it can be read, and those in failed/ moved to inbox/'

/** What a user may do in the home of that name, which is made if there is none. */
export async function openOperations(deps: OperationDeps, homeName: string): Promise<Operations> {
  const { reception, recent, clock, writers } = deps
  const home = await openHome(deps.homesDir, homeName)
  const placesOf = knownPlaces(deps, home, homeName)
  await placesOf('/')

  /** Where a file arrives for a feed, and whether its name says that it is finished. */
  const feedOf = async (place: Place) => {
    if (place.kind !== 'inbox') return null
    const feed = await reception.feedAt({ home: homeName, folder: place.folder })
    if (feed === null) return null
    const isCompanion = companionOf(place.name, feed.arrival) !== null
    return { ...feed, name: place.name, isCompanion, isFinished: !isCompanion && !isTemporaryName(place.name) }
  }

  const openForWriting = async (virtual: string, flags: number): Promise<OpenFile> => {
    const place = await placesOf(virtual)
    mayChange(place)
    const real = await home.place(virtual)
    const feed = await feedOf(place)
    if (feed === null) return openToWrite(writers, { real, flags })
    const { feedId, name } = feed
    if (feed.isCompanion) return companionAtClose(await openToWrite(writers, { real, flags }), () => tellCompanion({ feedId, name, real }))
    if (!feed.isFinished) return openToWrite(writers, { real, flags, onTorn: torn => recordTorn(deps, { feedId, name, real, torn }) })
    const file = await openUpload(deps, { feedId, name, face: real, flags })
    return rememberedAtClose(file, stats => recent.remember(homeName, virtual, stats))
  }

  const tellCompanion = async ({ feedId, name, real }: { feedId: number; name: string; real: string }) => {
    const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(COMPANION_BYTES_MAX), 0, COMPANION_BYTES_MAX, 0)
      await reception.companion({ feedId, name, text: buffer.subarray(0, bytesRead).toString('utf8') })
    } finally {
      await file.close()
    }
  }

  /** Where a file lies that was put away a moment ago. */
  const whereItRests = async (virtual: string): Promise<string | null> => {
    const stats = recent.find(homeName, virtual)
    const place = await placesOf(virtual)
    if (stats === null || place.kind !== 'inbox') return null
    for (const kind of ['archive', 'failed'] as const) {
      const directory = await home.place(`/${pathOfKind(place.folder, kind)}`)
      for (const name of await readdir(directory)) {
        if (!name.endsWith(`_${place.name}`)) continue
        const found = await lstat(path.join(directory, name)).catch(nullIfMissing)
        if (found?.ino === stats.ino && found.dev === stats.dev) return path.join(directory, name)
      }
    }
    return null
  }

  const statOr = async (virtual: string, look: () => Promise<Stats>): Promise<Stats> => {
    try {
      return await look()
    } catch (error) {
      const stats = recent.find(homeName, virtual)
      if (stats === null) throw error
      return stats
    }
  }

  return {
    realPath: clean,

    async open(asked, flags) {
      const virtual = clean(asked)
      if (flags & (OPEN_MODE.WRITE | OPEN_MODE.APPEND | OPEN_MODE.CREAT | OPEN_MODE.TRUNC)) return openForWriting(virtual, flags)
      const real = await home.follow(virtual).catch(async error => (await whereItRests(virtual)) ?? Promise.reject(error))
      return openToRead(real)
    },
    openDirectory: async asked => openDirectory(await home.follow(clean(asked)), { clock, writers }),

    stat: asked => statOr(clean(asked), async () => shownOf(writers, await stat(await home.follow(clean(asked))))),
    lstat: asked => statOr(clean(asked), async () => shownOf(writers, await lstat(await home.place(clean(asked))))),

    async setStat(asked, attributes) {
      const virtual = clean(asked)
      const place = await placesOf(virtual)
      if (place.kind === 'foundation') return
      mayChange(place)
      const { size, atime, mtime } = attributes
      const inbox = await home.place(virtual)
      const real = (await lstat(inbox).catch(nullIfMissing)) === null ? ((await whereItRests(virtual)) ?? inbox) : inbox
      const stats = await lstat(real)
      // Rights are accepted and mean nothing here; a link is left alone.
      if (!stats.isFile() && !stats.isDirectory()) return
      if (size !== undefined && size !== stats.size) {
        if (stats.nlink > 1 || !stats.isFile()) throw denied('The file has arrived already')
        await truncate(real, size)
      }
      if (mtime === undefined) return
      await utimes(real, atime ?? mtime, mtime)
      recent.touch(homeName, virtual, mtime * 1_000)
    },

    async remove(asked) {
      const virtual = clean(asked)
      mayChange(await placesOf(virtual))
      const real = await home.place(virtual)
      if ((await lstat(real)).isDirectory()) throw failure('Is a directory')
      // In inbox/ this takes the name away. What has arrived has arrived.
      await unlink(real)
      recent.forget(homeName, virtual)
    },

    async makeDirectory(asked) {
      const virtual = clean(asked)
      const place = await placesOf(virtual)
      // Clients make the folders of their path one after the other, whether they are there or not.
      if (place.kind === 'foundation') throw failure('File exists')
      mayChange(place)
      await mkdir(await home.place(virtual), { mode: DIRECTORY_MODE })
    },

    async removeDirectory(asked) {
      const virtual = clean(asked)
      mayChange(await placesOf(virtual))
      await rmdir(await home.place(virtual))
    },

    async rename(askedFrom, askedTo, { overwrite }) {
      const [from, to] = [clean(askedFrom), clean(askedTo)]
      if (from === to) return
      const [fromPlace, toPlace] = [await placesOf(from), await placesOf(to)]
      mayChange(toPlace)
      if (!(fromPlace.kind === 'failed' && toPlace.kind === 'inbox')) mayChange(fromPlace)
      const [fromReal, toReal] = [await home.place(from), await home.place(to)]
      const source = await lstat(fromReal)
      const feed = source.isFile() ? await feedOf(toPlace) : null
      if (fromPlace.kind === 'failed' && feed !== null && (await isPart(reception, homeName, fromPlace))) throw denied(ONLY_A_PART)
      if (feed?.isFinished) {
        await arriveByRename(deps, { feedId: feed.feedId, name: feed.name, from: fromReal, to: toReal })
        recent.remember(homeName, to, source)
        // The note beside a failed file speaks of a file that is no longer there.
        if (fromPlace.kind === 'failed') await rm(path.join(path.dirname(fromReal), reasonNameOf(fromPlace.name)), { force: true })
        return
      }
      if (!overwrite && (await lstat(toReal).catch(nullIfMissing)) !== null) throw failure('File exists')
      await rename(fromReal, toReal)
      if (feed?.isCompanion) await tellCompanion({ feedId: feed.feedId, name: feed.name, real: toReal })
    },
  }
}

async function isPart(reception: Reception, home: string, { folder, name }: { folder: string; name: string }): Promise<boolean> {
  const feed = await reception.feedAt({ home, folder })
  return feed !== null && (await reception.isPart({ feedId: feed.feedId, restName: name }))
}

/** Places by the folders of the home's feeds, which are asked for again when they are no longer fresh. */
function knownPlaces({ reception, clock }: OperationDeps, home: Home, homeName: string): (virtual: string) => Promise<Place> {
  let folders: string[] = []
  let freshUntil = Number.NEGATIVE_INFINITY
  return async virtual => {
    if (clock.now() >= freshUntil) {
      folders = await reception.foldersOf(homeName)
      freshUntil = clock.now() + FOLDERS_FRESH_MS
      await home.makeFeedFolders(folders)
    }
    return placeOf(virtual, folders)
  }
}

function clean(asked: string): string {
  const virtual = normalise(asked)
  if (virtual === null) throw noSuchFile()
  return virtual
}

function mayChange(place: Place): void {
  switch (place.kind) {
    case 'inbox':
    case 'elsewhere':
      return
    case 'foundation':
      throw denied('This folder belongs to a feed')
    case 'archive':
    case 'failed':
    case 'error':
    case 'kept':
      throw denied(READ_ONLY)
  }
}

function companionAtClose(file: OpenFile, tell: () => Promise<void>): OpenFile {
  return {
    ...file,
    async close() {
      await file.close()
      await tell()
    },
  }
}

function rememberedAtClose(file: OpenFile, remember: (stats: Stats) => void): OpenFile {
  return {
    ...file,
    async close() {
      const stats = await file.stat()
      await file.close()
      remember(stats)
    },
  }
}
