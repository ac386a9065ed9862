import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { seed } from '../../test/http/seed.ts'
import { dump, load } from './backup.ts'

let from: TestDatabase
let into: TestDatabase
beforeAll(async () => {
  from = await openTestDatabase()
  into = await openTestDatabase()
  await seed(from.db)
  // What could be taken for the end of a table, or for two rows.
  await from.db.query(`update catalog.product set name = E'\\\\.\\n\\\\.\\ttab' where product_id = 1`)
})
afterAll(async () => {
  await from.drop()
  await into.drop()
})

async function whole(): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of dump(from.db)) parts.push(part)
  return Buffer.concat(parts)
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const counts = (house: TestDatabase) =>
  house.db.query(
    `select c.oid::regclass::text as name, (xpath('/row/n/text()', query_to_xml('select count(*) as n from ' || c.oid::regclass, false, true, '')))[1]::text as rows
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^(pg_|pgboss|migration|information_schema)' order by 1`,
  )

test('a backup that ends in the middle, or is none, changes nothing', async () => {
  const bytes = await whole()
  await expect(load(into.db, inPieces(bytes.subarray(0, bytes.length / 2), 999))).rejects.toThrow(/in the middle|JSON/)
  await expect(load(into.db, inPieces(Buffer.from('a,b\n1,2\n'), 5))).rejects.toMatchObject({ code: 'DB_BACKUP_REFUSED' })
  expect(await into.db.query('select 1 from catalog.product')).toEqual([])
})

test('every table comes back, row by row, and what is written next does not collide', async () => {
  expect(await load(into.db, inPieces(await whole(), 777))).toBeGreaterThan(40)
  expect(await counts(into)).toEqual(await counts(from))
  const names = 'select name from catalog.product order by product_id'
  expect(await into.db.query(names)).toEqual(await from.db.query(names))
  const [added] = await into.db.query<{ product_id: number }>(
    `insert into catalog.product (name, created_at) values ('new', to_timestamp(0)) returning product_id`,
  )
  expect(added?.product_id).toBe(4)
})

test('what guards the tables guards those that came back', async () => {
  await expect(into.db.query('update inventory.movement set on_hand_units = 1')).rejects.toThrow('append-only')
  const off = await into.db.query(`select tgrelid::regclass::text as name from pg_trigger where tgenabled = 'D'`)
  expect(off).toEqual([])
})

test('a database that is in use is left alone', async () => {
  await expect(load(into.db, inPieces(await whole(), 64_000))).rejects.toMatchObject({
    code: 'DB_BACKUP_REFUSED',
    message: expect.stringContaining('in use'),
  })
})
