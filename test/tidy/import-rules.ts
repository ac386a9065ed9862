import { isEarlier, type Place, placeOf, resolved } from './place.ts'

type Of<Kind extends Place['kind']> = Extract<Place, { kind: Kind }>

/** Why a file may not import this, or null. */
export function refusedImport(from: string, specifier: string): string | null {
  if (specifier === '?') return 'a computed import cannot be judged'
  const here = placeOf(from)
  if (here.kind === 'unknown') return 'the file stands outside the plan of the house'
  if (!specifier.startsWith('.')) return refusedPackage(here, specifier)
  if (/\/index(\.[a-z]+)?$/.test(specifier)) return 'no barrels: name the file'
  const target = resolved(from, specifier)
  if (/\.(json|css|svg|png|graphql)$/.test(target)) return null
  if (!/\.(ts|tsx|mjs)$/.test(target)) return 'an import ends with .ts, .tsx or .mjs'
  const there = placeOf(target)
  if (there.isTest && !here.isTest) return 'a test is imported by nobody'
  return refusedFile(here, there, { from, target })
}

function refusedPackage(here: Place, specifier: string): string | null {
  if (here.isTest) return null
  if (here.kind === 'kernel') return 'the kernel is pure: no package, no node:'
  if (here.kind === 'room' && (here.file === 'pure' || here.file === 'port'))
    return `a pure file of a room: no package, no node: (${specifier})`
  return null
}

function refusedFile(here: Place, there: Place, files: { from: string; target: string }): string | null {
  if (there.kind === 'unknown')
    return here.kind === 'app' || here.kind === 'outside' || here.isTest ? null : `${files.target} stands outside the plan of the house`
  // A test may use the harness and run against what stands in for the world.
  if (here.isTest && (there.kind === 'outside' || there.kind === 'simulator') && here.kind !== 'simulator') return null
  switch (here.kind) {
    case 'outside':
    case 'unknown':
      return null
    case 'app':
      return there.kind === 'outside' || there.kind === 'console' || there.kind === 'cli' ? appTo(there) : null
    case 'kernel':
      return there.kind === 'kernel' ? null : 'the kernel imports nothing'
    case 'db':
      return allow(there, ['kernel', 'db']) ? null : 'db knows the kernel and no room'
    case 'room':
      return roomTo(here, there)
    case 'adapter':
      return adapterTo(here, there)
    case 'jobs':
    case 'http':
      return allow(there, ['kernel', 'db', here.kind, 'contract']) ? null : `${here.kind} is handed what it needs by app`
    case 'contract':
      return allow(there, ['kernel', 'contract']) ? null : 'the contract is shared with the console: kernel and contract only'
    case 'cli':
    case 'console':
      return allow(there, ['kernel', here.kind, 'contract']) || isPure(there)
        ? null
        : `${here.kind} speaks HTTP: kernel, contract and pure files only`
    case 'simulator':
      return there.kind === 'simulator' ? null : 'the simulator imports nothing of ours'
  }
}

/** The command line is what app wraps around everything; what is only for tests is not. */
function appTo(there: Place): string | null {
  return there.kind === 'cli' ? null : 'app ships: nothing of test, bench or the console'
}

function roomTo(here: Of<'room'>, there: Place): string | null {
  if (there.kind === 'kernel') return null
  if (there.kind === 'room') return roomToRoom(here, there)
  if (here.isTest && there.kind === 'db') return null
  const isPureHere = here.file === 'pure' || here.file === 'port'
  if (there.kind === 'db') return isPureHere ? 'a pure file of a room: no database' : null
  if (there.kind === 'contract') return here.file === 'routes' || here.isTest ? null : 'only routes.ts knows the contract'
  if (there.kind === 'adapter') return 'a room is handed a port, never an adapter'
  return `a room does not know ${there.kind}`
}

function roomToRoom(here: Of<'room'>, there: Of<'room'>): string | null {
  const isPureHere = !here.isTest && (here.file === 'pure' || here.file === 'port')
  if (here.room === there.room) {
    if (isPureHere && !isPure(there)) return `a pure file of a room imports pure files only, not ${there.file}.ts`
    if (here.file === 'store' && there.file !== 'store' && !isPure(there)) return `store.ts does not know ${there.file}.ts`
    return null
  }
  if (!isEarlier(there.room, here.room)) return `${here.room} may look back up the street, never ahead to ${there.room}`
  if (isPure(there)) return null
  if (isPureHere) return `of an earlier room a pure file imports pure files only, not ${there.file}.ts`
  return there.file === 'store' ? null : `of an earlier room its pure files and its store.ts, never its ${there.file}.ts`
}

function adapterTo(here: Of<'adapter'>, there: Place): string | null {
  if (there.kind === 'kernel') return null
  if (there.kind === 'adapter') return there.folder === here.folder ? null : 'one adapter does not know another'
  return isPure(there) ? null : 'an adapter knows the kernel, its own folder and ports'
}

function isPure(there: Place): boolean {
  return there.kind === 'room' && (there.file === 'pure' || there.file === 'port')
}

function allow(there: Place, kinds: readonly Place['kind'][]): boolean {
  return kinds.includes(there.kind)
}
