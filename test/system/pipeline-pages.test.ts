import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenConsole, openConsole } from './browser.ts'
import { type Dialogs, openDialogs } from './dialogs.ts'

/* The pipeline of the Job Manager: what failed is run again, what runs is ended, and what waits is taken back. */

let home: OpenConsole
let does: Dialogs
beforeAll(async () => {
  home = await openConsole()
  await home.signIn()
  does = await openDialogs(home)
})
afterAll(() => home?.close())

const named = (name: string) => home.page.getByRole('button', { name, exact: true })
const get = (to: string) => does.get(to)
const at = (to: string) => does.at(to)

test('in the pipeline what failed is run again, what waits is taken back, and what runs is ended', async () => {
  await home.running.server.house.db.query(
    `insert into jobs.run (job, room, started_at, finished_at, outcome, cause, message)
     values ('Hard Sync Job', 'reconcile', $1, $1, 'failed', 'tick', 'The shop did not answer.'),
            ('Check Ledger', 'inventory', $1, null, null, 'tick', null)`,
    [new Date()],
  )
  await at('/jobs/pipeline?section=history&outcome=failed')
  await does.press('Run Hard Sync Job again')
  await expect.poll(() => named('Run Hard Sync Job again').first().textContent()).toBe('Queued')
  // One that waits: its hour has not come, so nothing takes it meanwhile.
  await home.running.server.house.db.query(
    `insert into pgboss.job (name, data, start_after) values ('job.hard-sync-job', '{"cause": "person", "by": "ada"}', now() + interval '1 hour')`,
  )
  await at('/jobs/pipeline?section=pending')
  await does.press('Take back the run of Hard Sync Job')
  await expect.poll(() => named('Take back the run of Hard Sync Job').count()).toBe(0)
  expect((await get('/jobs/queued')).rows).toEqual([])
  await at('/jobs/pipeline?section=running')
  await does.press('Terminate the run of Check Ledger')
  await expect.poll(async () => (await get('/audit')).rows.map((deed: { action: string }) => deed.action)).toContain('job.end')
})
