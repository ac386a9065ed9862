import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the package: two folders above this file in a checkout (src/app) and in what is published (dist/app). */
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')

export const packageRoot = (): string => ROOT

export const migrationsDir = (): string => path.join(ROOT, 'migrations')

/** Where the built console lies; null before it was built. */
export function consoleDir(): string | null {
  const built = path.join(ROOT, 'dist-console')
  return existsSync(path.join(built, 'index.html')) ? built : null
}

export const demoDataDir = (): string => path.join(ROOT, 'data', 'adventureworks')
