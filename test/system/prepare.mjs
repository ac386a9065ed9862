/*
 * Looks for what the system tests need of the machine, and installs what is missing with Debian's packages where it may: as root, on
 * a system with apt-get. Elsewhere it says exactly what to install, and ends with status 1.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** What is needed, what it is for, and the Debian package that brings it. */
const NEEDED = [
  { name: 'sftp', for: "OpenSSH's client drops a file", package: 'openssh-client', isThere: () => isOnPath('sftp') },
  { name: 'ssh-keygen', for: 'logging in with a key', package: 'openssh-client', isThere: () => isOnPath('ssh-keygen') },
  { name: 'lftp', for: 'lftp drops a file', package: 'lftp', isThere: () => isOnPath('lftp') },
  { name: 'rclone', for: 'rclone drops a file', package: 'rclone', isThere: () => isOnPath('rclone') },
  { name: 'psftp', for: "PuTTY's client drops a file", package: 'putty-tools', isThere: () => isOnPath('psftp') },
  { name: 'sshd', for: "OpenSSH's server as a source", package: 'openssh-server', isThere: () => isOnPath('sshd') },
  { name: 'chromium', for: 'the console in a browser', package: 'chromium', isThere: () => isOnPath('chromium') },
  { name: 'postgres', for: 'a served PostgreSQL', package: 'postgresql', isThere: () => hasServedDatabase() },
]

const APT_MS_MAX = 10 * 60 * 1_000

const missing = NEEDED.filter(thing => !thing.isThere())
if (missing.length > 0) install([...new Set(missing.map(thing => thing.package))])

const stillMissing = NEEDED.filter(thing => !thing.isThere())
for (const { name, for: purpose, package: debianPackage } of stillMissing) {
  console.error(`missing: ${name} (Debian package ${debianPackage}), for ${purpose}`)
}
if (stillMissing.length > 0) {
  console.error(`Run this, then try again:\n  sudo apt-get install -y ${[...new Set(stillMissing.map(thing => thing.package))].join(' ')}`)
  process.exit(1)
}

function install(packages) {
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) return
  console.log(`Installing what the system tests need: ${packages.join(' ')}`)
  const allow = forbidServices()
  try {
    apt('update', '-qq')
    apt('install', '-y', '-qq', '--no-install-recommends', ...packages)
  } finally {
    allow()
  }
}

function apt(...args) {
  const { status, error } = spawnSync('apt-get', args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: APT_MS_MAX,
  })
  if (status !== 0) console.error(`apt-get ${args[0]} ended with status ${status}${error ? `: ${error.message}` : ''}`)
}

/** Debian starts a server when it installs one. The tests want the program, not a database that listens on this machine from now on. */
function forbidServices() {
  const policy = '/usr/sbin/policy-rc.d'
  if (existsSync(policy)) return () => {}
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  return () => rmSync(policy, { force: true })
}

function hasServedDatabase() {
  if (process.env.TEST_DATABASE_URL) return true
  const root = '/usr/lib/postgresql'
  return existsSync(root) && readdirSync(root).some(version => existsSync(path.join(root, version, 'bin', 'postgres')))
}

function isOnPath(program) {
  // Debian keeps some programs where only root's PATH leads.
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin']
  return folders.some(folder => canExecute(path.join(folder, program)))
}

function canExecute(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
