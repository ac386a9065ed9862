import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestGate, type TestGate } from './gate.ts'
import { NOW } from './seed.ts'

/* Whoever sees a run wants to see what it made: the file, the upload, the proof. */

let house: TestGate
beforeAll(async () => {
  house = await openTestGate()
  const { db } = house.database
  await db.query(`delete from jobs.run; delete from reconcile.run; delete from channel.upload; delete from import.verdict`)
  const at = (seconds: number) => new Date(NOW + seconds * 1_000)
  const run = (job: string, room: string, from: number, until: number | null, shop: string | null = null) =>
    db.query(
      `insert into jobs.run (job, room, started_at, finished_at, outcome, cause, parameters) values ($1, $2, $3, $4, $5, 'tick', $6)`,
      [job, room, at(from), until === null ? null : at(until), until === null ? null : 'finished', shop === null ? {} : { shop }],
    )
  await run('Process Bulk Imported Files', 'import', -60, -58)
  await run('Process Bulk Imported Files', 'import', -50, -48)
  await run('Process Uploads to eCommerce', 'channel', -40, null)
  await run('Hard Sync Job', 'hard-sync', -30, -20, 'demo')
  await run('Hard Sync Job', 'hard-sync', -30, -20, 'another')
  await db.query(
    `insert into import.verdict (file_id, feed_id, layout, decision, rows_read, rows_accepted, rows_rejected, units_read, decided_at)
     select file_id, feed_id, 'RESET_INVENTORY', 'believed', 1, 1, 0, 1, $1 from feed.file order by file_id limit 1`,
    [at(-59)],
  )
  await db.query(`insert into channel.upload (shop_id, state, created_at) values (1, 'gathering', $1)`, [at(-35)])
  await db.query(`insert into reconcile.run (shop_id, kind, started_at) values (1, 'hard_sync', $1), (1, 'recent', $1)`, [at(-25)])
})
afterAll(() => house.close())

test('each run leads to what it made while it lasted, of its shop, and to nothing else', async () => {
  const answer = await house.gate.app.inject({
    method: 'GET',
    url: '/api/v1/jobs/runs',
    headers: { authorization: `Bearer ${house.cliToken}` },
  })
  type Row = { job: string; parameters: { shop?: string }; made: { kind: string; label: string }[] }
  const seen = (answer.json().rows as Row[]).map(row => [
    `${row.job} ${row.parameters.shop ?? ''}`.trim(),
    row.made.map(one => one.kind).join(),
  ])
  expect(seen).toEqual([
    ['Hard Sync Job another', ''],
    ['Hard Sync Job demo', 'proof'],
    ['Process Uploads to eCommerce', 'upload'],
    ['Process Bulk Imported Files', ''],
    ['Process Bulk Imported Files', 'file'],
  ])
})
