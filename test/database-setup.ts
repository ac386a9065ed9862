import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { TestProject } from 'vitest/node'
import { openDb } from '../src/db/connection.ts'
import { migrate } from '../src/db/migrate.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server of this run, and the migrated database that every test's own is a copy of. */
    database: { url: string; template: string }
  }
}

const MIGRATIONS = path.resolve(import.meta.dirname, '../migrations')

/** One server for the run (TEST_DATABASE_URL, or an embedded one) with one migrated template. */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  return setUpWith(project, 'database-server.ts')
}

/** The same with another program that keeps the server. */
export async function setUpWith(project: TestProject, keeper: string): Promise<() => Promise<void>> {
  const served = process.env.TEST_DATABASE_URL
  const server = served ? { url: served, stop: async () => {} } : await startServer(keeper)
  const template = `trueup_test_${process.pid}_${Date.now().toString(36)}`
  try {
    await createTemplate(server.url, template)
  } catch (error) {
    await server.stop()
    throw error
  }
  project.provide('database', { url: server.url, template })
  return async () => {
    await dropAll(server.url, template)
    await server.stop()
  }
}

async function startServer(keeper: string): Promise<{ url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, keeper)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  const ended = once(child, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    ended.then(() => reject(new Error('the database for the tests did not start; its reason is above')), reject)
  })
  return {
    url,
    async stop() {
      child.stdin.end()
      await ended
    },
  }
}

async function createTemplate(url: string, template: string): Promise<void> {
  const admin = openDb({ url, poolMax: 1 })
  try {
    await admin.query(`create database ${template}`)
  } finally {
    await admin.end()
  }
  const db = openDb({ url: urlOfDatabase(url, template), poolMax: 1 })
  try {
    await migrate(db, { directory: MIGRATIONS, clock: { now: () => Date.now() } })
  } finally {
    await db.end()
  }
}

/** On a server that goes on living, the copies of tests that were killed go too. */
async function dropAll(url: string, template: string): Promise<void> {
  const admin = openDb({ url, poolMax: 1 })
  try {
    const found = await admin.query<{ datname: string }>('select datname from pg_database where starts_with(datname, $1)', [template])
    for (const { datname } of found) await admin.query(`drop database if exists ${datname} with (force)`)
  } finally {
    await admin.end()
  }
}

function urlOfDatabase(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}
