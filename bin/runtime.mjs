/*
 * Finds Node.js 24 and runs things on it. Plain JavaScript that Node.js 18 understands too, since whatever `node` the machine has
 * starts here. `npm ci` brings Node.js 24 as the package `node`; where its install script was blocked, only this file notices.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_MAJOR_MIN = 24

/** The folder that holds our package.json. */
export const packageDir = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

/** The path of a Node.js that is new enough: this one, or the one that npm installed. Null if there is none. */
export function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) return process.execPath
  return findInModules(['node', 'bin', 'node'])
}

/** Looks for a file in node_modules here and in every folder above, as Node.js does: npm may have put a package higher up. */
export function findInModules(parts) {
  for (let folder = packageDir; ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'node_modules', ...parts)
    if (existsSync(file)) return file
    if (folder === path.dirname(folder)) return null
  }
}

/** One sentence and the cure, for the person whose machine has no Node.js that we can use. */
export function refuse() {
  const [project, isDependency] = packageDir.split(`${path.sep}node_modules${path.sep}`)
  const approve = isDependency === undefined ? '' : 'npm install-scripts approve node && '
  console.error(
    `trueup needs Node.js ${NODE_MAJOR_MIN} or newer and runs on ${process.versions.node}: the package "node", which brings it, is not installed or was kept from ` +
      `running its install script. Run \`${approve}npm rebuild node --ignore-scripts=false\` in ${project}, or install Node.js ${NODE_MAJOR_MIN}.`,
  )
  process.exit(1)
}

/**
 * How our own files are run. A small young generation: left alone, V8 lets it and the pages that it pools grow to a hundred megabytes that
 * reading a million rows does not need.
 */
export const OWN = ['--max-semi-space-size=8']

/** Runs `node args…` in this terminal and ends as it ends: with its exit status, or by the signal that ended it. */
export function become(node, args) {
  const child = spawn(node, ['--import', new URL('follow.mjs', import.meta.url).href, ...args], {
    // The fourth is a pipe that nobody writes to. It breaks when this process is killed, and the child ends with it (follow.mjs).
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, PATH: pathWith(node), TRUEUP_FOLLOW_FD: '3' },
  })
  // A terminal sends Ctrl-C to both of us; a second SIGINT would look like an impatient person.
  const fromTerminal = process.stdin.isTTY === true
  process.on('SIGINT', () => fromTerminal || child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => fromTerminal || child.kill('SIGHUP'))
  child.on('error', error => {
    console.error(`trueup could not start ${node}: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    // Die of the same signal, so that a shell sees what happened. Where that is not deadly, the shell's own number for it.
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100)
  })
}

/** `node` and the bins of our dependencies come first, for what the child itself starts. */
function pathWith(node) {
  const bins = path.join(packageDir, 'node_modules', '.bin')
  return [path.dirname(node), bins, process.env.PATH].filter(Boolean).join(path.delimiter)
}
