import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openEmptyDatabase, type TestDatabase } from '../../test/database.ts'
import { openDb } from './connection.ts'
import { migrate } from './migrate.ts'

const clock = { now: () => Date.UTC(2026, 10, 24) }
let database: TestDatabase
let directory: string

beforeEach(async () => {
  database = await openEmptyDatabase()
  directory = await mkdtemp(path.join(tmpdir(), 'trueup-migrations-'))
  await write('0001_shelf.sql', 'create table shelf (shelf_id integer primary key); insert into shelf values (1);')
  await write('0002_shelf_name.sql', "alter table shelf add column name text not null default 'A';")
})

afterEach(async () => {
  await database.drop()
  await rm(directory, { recursive: true, force: true })
})

const write = (name: string, text: string) => writeFile(path.join(directory, name), text)
const run = () => migrate(database.db, { directory, clock })

test('what is missing is applied in order, once', async () => {
  expect(await run()).toEqual(['0001_shelf.sql', '0002_shelf_name.sql'])
  expect(await run()).toEqual([])
  await write('0003_shelf_b.sql', "insert into shelf values (2, 'B')")
  expect(await run()).toEqual(['0003_shelf_b.sql'])
  expect(await database.db.query('select shelf_id, name from shelf order by shelf_id')).toEqual([
    { shelf_id: 1, name: 'A' },
    { shelf_id: 2, name: 'B' },
  ])
})

test('programs that start at once apply each migration once between them', async () => {
  const programs = Array.from({ length: 4 }, () => openDb({ url: database.url, poolMax: 1 }))
  const applied = await Promise.all(programs.map(db => migrate(db, { directory, clock })))
  expect(applied.flat().sort()).toEqual(['0001_shelf.sql', '0002_shelf_name.sql'])
  await Promise.all(programs.map(db => db.end()))
})

test('a migration that fails leaves nothing of itself, and the ones before it stay', async () => {
  await write('0003_broken.sql', 'create table half (id integer); select 1/0;')
  await expect(run()).rejects.toMatchObject({ code: 'DB_MIGRATION_FAILED', detail: { migration: '0003_broken.sql' } })
  expect(await database.db.query("select to_regclass('half') as half")).toEqual([{ half: null }])
  expect(await database.db.query('select name from migration.applied order by number')).toEqual([
    { name: '0001_shelf.sql' },
    { name: '0002_shelf_name.sql' },
  ])
})

const refused: [string, string, () => Promise<unknown>][] = [
  ['a database that a newer program migrated', 'DB_NEWER_THAN_CODE', () => rm(path.join(directory, '0002_shelf_name.sql'))],
  ['a file that was changed after it was applied', 'DB_MIGRATION_CHANGED', () => write('0001_shelf.sql', 'create table shelf ()')],
]

test.each(refused)('%s is refused', async (_title, code, spoil) => {
  await run()
  await spoil()
  await expect(run()).rejects.toMatchObject({ code })
})

test('a gap in the numbers is our own mistake', async () => {
  await cp(path.join(directory, '0002_shelf_name.sql'), path.join(directory, '0004_gap.sql'))
  await expect(run()).rejects.toThrow('0004_gap.sql is out of order')
})
