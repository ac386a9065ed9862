import path from 'node:path'

/** The rooms in the order of the street; the catalogue is the ground floor that every room may look at. */
export const ROOMS = ['catalog', 'feed', 'import', 'orders', 'inventory', 'availability', 'outbox', 'channel', 'reconcile'] as const
export type Room = (typeof ROOMS)[number]

export type RoomFile = 'pure' | 'port' | 'store' | 'step' | 'routes'

/** What a file is in the house, from its path alone. */
export type Place =
  | { kind: 'room'; room: Room; file: RoomFile; isTest: boolean }
  | { kind: 'adapter'; folder: string; isTest: boolean }
  | { kind: 'contract'; isTest: boolean }
  | { kind: 'kernel' | 'db' | 'jobs' | 'http' | 'cli' | 'app' | 'console' | 'simulator'; isTest: boolean }
  /** test/ and bench/: they may reach everything. */
  | { kind: 'outside'; isTest: boolean }
  | { kind: 'unknown'; isTest: boolean }

export function placeOf(file: string): Place {
  const isTest = /\.test\.tsx?$/.test(file)
  const [top, second, third, ...rest] = file.split('/')
  if (top === 'test' || top === 'bench') return { kind: 'outside', isTest }
  if (top === 'console' || top === 'simulator') return { kind: top, isTest }
  if (top !== 'src' || second === undefined || third === undefined) return { kind: 'unknown', isTest }
  if ((ROOMS as readonly string[]).includes(second))
    return { kind: 'room', room: second as Room, file: roomFileOf([third, ...rest].join('/')), isTest }
  switch (second) {
    case 'adapters':
      return { kind: 'adapter', folder: third, isTest }
    case 'http':
      return { kind: third === 'contract' ? 'contract' : 'http', isTest }
    case 'kernel':
    case 'db':
    case 'jobs':
    case 'cli':
    case 'app':
      return { kind: second, isTest }
    default:
      return { kind: 'unknown', isTest }
  }
}

function roomFileOf(name: string): RoomFile {
  // A room with two nouns may have a file for each: `store.ts` and `source-store.ts`.
  const [, kind] = /^(?:[a-z0-9-]+-)?(store|step|routes)\.ts$/.exec(name) ?? []
  if (kind !== undefined) return kind as RoomFile
  return name === 'port.ts' || name.endsWith('-port.ts') ? 'port' : 'pure'
}

export function isEarlier(room: Room, than: Room): boolean {
  return room !== than && (room === 'catalog' || (than !== 'catalog' && ROOMS.indexOf(room) < ROOMS.indexOf(than)))
}

/** The file that a relative specifier names, from the root of the project. */
export function resolved(from: string, specifier: string): string {
  return path.posix.normalize(path.posix.join(path.posix.dirname(from), specifier))
}
