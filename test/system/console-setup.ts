import { spawnSync } from 'node:child_process'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** Builds the console once for the run: built by each test file, one emptied the folder that another's browser was reading. */
export default function setup(): void {
  const built = spawnSync(
    process.execPath,
    [path.join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--config', 'console/vite.config.ts'],
    // As it is shipped: a test's own environment would build React for development, half as large again.
    { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production' } },
  )
  if (built.status !== 0) throw new Error(String(built.stderr))
}
