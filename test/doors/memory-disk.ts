import type { FileRoom, WatchedFolder } from '../../src/feed/port.ts'
import { TrueupError } from '../../src/kernel/error.ts'

export type MemoryDisk = {
  spool: Map<string, string>
  rest: Map<string, string>
  room: FileRoom
  /** The next move is made, and then the process is gone. */
  crashAfterMove: boolean
  /** Files whose name at rest ends so cannot be moved. */
  refuse: string | null
}

export type MemoryFolder = WatchedFolder & { files: Map<string, string>; isReadOnly: boolean }

/** A file room in memory, with the accidents that a disk has. */
export function memoryDisk(): MemoryDisk {
  const spool = new Map<string, string>()
  const rest = new Map<string, string>()
  const room: FileRoom = {
    async *readSpool(spoolName) {
      const text = spool.get(spoolName)
      if (text === undefined) throw bytesMissing()
      yield Buffer.from(text)
    },
    showUnfinished: async () => {},
    spoolSize: async spoolName => spool.get(spoolName)?.length ?? null,
    async putAway({ spoolName, home, folder, kind, restName }) {
      if (disk.refuse !== null && restName.endsWith(disk.refuse)) throw new Error('refused')
      const place = `${home}/${folder}/${kind}/${restName}`
      const text = spool.get(spoolName)
      if (text !== undefined) rest.set(place, text)
      spool.delete(spoolName)
      if (disk.crashAfterMove) {
        disk.crashAfterMove = false
        throw new Error('crash')
      }
      return rest.has(place)
    },
    async writeWhole({ home, folder, kind, name }, chunks) {
      let text = ''
      for await (const chunk of chunks) text += chunk
      rest.set(`${home}/${folder}/${kind}/${name}`, text)
    },
    async *readRest() {},
    async removeCompanion() {},
    lookAround: async () => [],
    head: async () => new Uint8Array(),
    takeIn: async () => null,
    keepAgain: async () => false,
    async removeRest() {},
  }
  const disk: MemoryDisk = { spool, rest, room, crashAfterMove: false, refuse: null }
  return disk
}

function bytesMissing(): TrueupError {
  return new TrueupError('FILE_BYTES_MISSING', 'gone', { retry: 'never', hint: 'for the test' })
}

/** A watched folder in memory, whose files go into that disk's spool. */
export function memoryFolder(disk: MemoryDisk): MemoryFolder {
  const files = new Map<string, string>()
  const folder: MemoryFolder = {
    files,
    isReadOnly: false,
    list: async () => [...files].map(([name, text]) => ({ name, bytes: text.length, modifiedAt: 1 })),
    async takeIntoSpool(name: string, spoolName: string) {
      const text = files.get(name)
      if (text === undefined) return null
      disk.spool.set(spoolName, text)
      return { bytes: text.length, modifiedAt: 1 }
    },
    head: async name => files.get(name) ?? '',
    async remove(name: string) {
      if (folder.isReadOnly) throw new Error('read-only')
      files.delete(name)
    },
  }
  return folder
}
