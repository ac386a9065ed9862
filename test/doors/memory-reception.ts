import type { ArrivalSettings } from '../../src/feed/arrival.ts'
import type { Door, Receipt, Reception } from '../../src/feed/port.ts'

export type Seen = {
  name: string
  door: Door
  spoolName: string
  state: 'receiving' | 'received' | 'interrupted'
  bytes: number
  code: string | null
  modifiedAt: number | null
}

export type MemoryReception = Reception & {
  files: Seen[]
  /** What every feed declares about its arrivals. */
  arrival: ArrivalSettings
  companions: { name: string; text: string }[]
  /** Names at rest that are only the beginning of a file. */
  parts: string[]
  inState(state: Seen['state']): Seen[]
  /** Resolves when so many files are past receiving. */
  settled(count: number): Promise<void>
  /** Called before a file counts as received; a rejection is what a lost database looks like. */
  beforeReceived: (receipt: Receipt) => Promise<void>
}

/** A reception without a database, for tests of doors: one home, named feeds, and a record of what happened. */
export function memoryReception(folders: readonly string[]): MemoryReception {
  const files: Seen[] = []
  let waiting: { count: number; resolve: () => void }[] = []
  const at = (receipt: Receipt): Seen => {
    const file = files[receipt.fileId - 1]
    if (file?.state !== 'receiving') throw new Error(`file ${receipt.fileId} is not being received`)
    return file
  }
  const settle = () => {
    const count = files.filter(file => file.state !== 'receiving').length
    for (const waiter of waiting) if (waiter.count <= count) waiter.resolve()
    waiting = waiting.filter(waiter => waiter.count > count)
  }
  const reception: MemoryReception = {
    files,
    arrival: {},
    companions: [],
    parts: [],
    companion: async ({ name, text }) => void reception.companions.push({ name, text }),
    inState: state => files.filter(file => file.state === state),
    settled: count =>
      new Promise(resolve => {
        waiting.push({ count, resolve })
        settle()
      }),
    beforeReceived: async () => {},
    foldersOf: async () => [...folders],
    feedAt: async ({ folder }) => (folders.includes(folder) ? { feedId: folders.indexOf(folder) + 1, arrival: reception.arrival } : null),
    async opened({ name, door }) {
      const spoolName = `spooled-${files.length + 1}`
      files.push({ name, door, spoolName, state: 'receiving', bytes: 0, code: null, modifiedAt: null })
      return { fileId: files.length, spoolName }
    },
    isPart: async ({ restName }) => reception.parts.includes(restName),
    async unfinished({ name }) {
      const at = files.findLastIndex(file => file.name === name && file.state === 'interrupted')
      return at < 0 ? null : { fileId: at + 1, spoolName: files[at]?.spoolName ?? '' }
    },
    async resumed(fileId) {
      const file = files[fileId - 1]
      if (file?.state !== 'interrupted') return null
      file.state = 'receiving'
      return { fileId, spoolName: file.spoolName }
    },
    async received(receipt, { bytes, modifiedAt, name }) {
      await reception.beforeReceived(receipt)
      Object.assign(at(receipt), { state: 'received', bytes, modifiedAt, code: null, ...(name === undefined ? {} : { name }) })
      settle()
    },
    async interrupted(receipt, { bytes, code }) {
      Object.assign(at(receipt), { state: 'interrupted', bytes, code })
      settle()
    },
  }
  return reception
}
