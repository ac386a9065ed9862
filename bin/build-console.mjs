#!/usr/bin/env node
/*
 * Builds the console where it was not built yet, or is older than what it is made of: a checkout that was brought up to date must not show
 * the pages of yesterday. `npm start` and the demo come by here. What npm installs brings it built, and has nothing to build it from.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCES = ['console', path.join('src', 'http', 'contract'), 'package-lock.json']

/** Whether the console below this folder has to be built: it can be, and what is there is missing or old. */
export function isToBuild(root) {
  if (!existsSync(path.join(root, 'console', 'vite.config.ts'))) return false
  const built = path.join(root, 'dist-console', 'index.html')
  if (!existsSync(built)) return true
  const builtAt = statSync(built).mtimeMs
  return SOURCES.some(source => newest(path.join(root, source)) > builtAt)
}

function newest(file) {
  if (!existsSync(file)) return 0
  const stat = statSync(file)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(0, ...readdirSync(file).map(name => newest(path.join(file, name))))
}

function build(root) {
  console.log('Building the console …')
  const args = [path.join(root, 'bin', 'run.mjs'), 'vite', 'build', '--config', 'console/vite.config.ts']
  const built = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  if (built.status !== 0) console.error(`The console could not be built, so only the API is there:\n${built.stderr}`)
}

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
if (process.argv[1] === fileURLToPath(import.meta.url) && isToBuild(ROOT)) build(ROOT)
