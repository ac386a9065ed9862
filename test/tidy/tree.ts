import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const ROOT = path.resolve(import.meta.dirname, '../..')

const NOT_OURS = new Set(['node_modules', '.git', 'dist', 'dist-console', 'coverage', 'test-results', '.trueup', 'trueup-data', '.vite'])

/** Every file of the project below a folder, as paths from its root. */
export function filesBelow(folder: string): string[] {
  let entries: import('node:fs').Dirent[]
  try {
    entries = readdirSync(path.join(ROOT, folder), { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return entries
    .filter(entry => !NOT_OURS.has(entry.name))
    .flatMap(entry => {
      const file = path.posix.join(folder, entry.name)
      return entry.isDirectory() ? filesBelow(file) : [file]
    })
    .sort()
}

export function textOf(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8')
}
