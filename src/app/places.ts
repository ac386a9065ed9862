import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the package: the folder of package.json, above this file in a checkout (src/app) and in what is published (dist/src/app). */
const ROOT = folderOfPackage(path.dirname(fileURLToPath(import.meta.url)))

export const packageRoot = (): string => ROOT

export const migrationsDir = (): string => path.join(ROOT, 'migrations')

/** Where the built console lies; null before it was built. */
export function consoleDir(): string | null {
  const built = path.join(ROOT, 'dist-console')
  return existsSync(path.join(built, 'index.html')) ? built : null
}

export const demoDataDir = (): string => path.join(ROOT, 'data', 'adventureworks')

/** Where the page of each error code lies. */
export const errorsDir = (): string => path.join(ROOT, 'docs', 'errors')

function folderOfPackage(folder: string): string {
  return existsSync(path.join(folder, 'package.json')) || folder === path.dirname(folder) ? folder : folderOfPackage(path.dirname(folder))
}
