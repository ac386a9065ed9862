import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenConsole, openConsole } from './browser.ts'

/*
 * Scenario 4 of the troubleshooting guide, by the words on the screen: "HotWax Commerce Job Not Running". And then the better way, in
 * which the first page says it before anybody looks for it.
 */
let home: OpenConsole
let page: OpenConsole['page']
beforeAll(async () => {
  home = await openConsole()
  page = home.page
  await home.signIn()
})
afterAll(() => home?.close())

const menu = () => page.getByRole('navigation', { name: 'Main' })
const tab = (name: string) => page.getByRole('navigation', { name: 'Job Manager' }).getByRole('link', { name, exact: true })
const rowOf = (job: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name: job, exact: true }) })
const bring = () => home.running.drop()

test('step 1: the Inventory page of the Job Manager shows both jobs with their frequency, which can be set', async () => {
  await menu().getByRole('link', { name: 'Job Manager' }).click()
  await tab('Inventory').click()
  await page.getByRole('heading', { level: 2, name: 'Inventory' }).waitFor()
  await expect.poll(() => rowOf('Update Recent Inventory Changes').textContent()).toMatch(/Every 15 minutes/)
  await expect.poll(() => rowOf('Hard Sync Job').textContent()).toMatch(/Daily at 02:00/)

  await page.getByRole('link', { name: 'Update Recent Inventory Changes', exact: true }).click()
  await page.getByLabel('Frequency').selectOption('Every 5 minutes')
  await expect
    .poll(() =>
      page
        .getByRole('region', { name: 'Schedule' })
        .or(page.locator('section', { hasText: 'Next runs' }))
        .getByRole('listitem')
        .count(),
    )
    .toBe(5)
  await page.getByRole('button', { name: 'Save schedule' }).click()
  await expect.poll(() => page.getByRole('main').textContent()).toContain('cron: */15 * * * * → */5 * * * *')

  await page.goto(home.url('/jobs/hard-sync-job'))
  await expect
    .poll(() => page.getByLabel('Frequency').locator('option').allTextContents())
    .toEqual(['Every 6 hours', 'Daily at 02:00', 'Own schedule'])
})

test('step 2: the pipeline shows what ran and what failed, and a job is run again', async () => {
  await tabFrom('/jobs', 'Pipeline')
  await page.getByRole('button', { name: 'History' }).click()
  await page.goto(home.url('/jobs/hard-sync-job'))
  await page.getByRole('button', { name: 'Run Hard Sync Job now' }).click()
  await expect.poll(() => page.getByRole('region', { name: 'Runs' }).textContent(), { timeout: 20_000 }).toContain('asked for by admin')
  await tabFrom('/jobs', 'Pipeline')
  await expect.poll(() => page.getByRole('table').textContent(), { timeout: 20_000 }).toMatch(/Hard Sync Job.*asked for by admin/)
})

test('step 3: the Miscellaneous page shows that Process Uploads to eCommerce runs', async () => {
  await tabFrom('/jobs', 'Miscellaneous')
  const uploads = rowOf('Process Uploads to eCommerce')
  await expect.poll(() => uploads.textContent()).toContain('Scheduled')
})

test('the better way: an upload job that rests turns the whole street red, names itself, and is one press from its cure', async () => {
  const uploads = rowOf('Process Uploads to eCommerce')
  await uploads.getByRole('button', { name: 'More for Process Uploads to eCommerce' }).click()
  await page.getByRole('menuitem', { name: 'Pause …' }).click()
  await page.getByLabel('Why').fill('trying the guide')
  await page.getByRole('button', { name: 'Pause Process Uploads to eCommerce' }).click()
  await expect.poll(() => uploads.textContent()).toContain('Paused')
  await bring()

  await page.goto(home.url('/'))
  const answer = page.getByRole('region', { name: 'Is stock in sync?' })
  await expect
    .poll(() => answer.textContent(), { timeout: 30_000 })
    .toMatch(/Channel is paused. Process Uploads to eCommerce was paused by admin: trying the guide/)

  // What needs somebody stands there with the one thing to press, which leads to the job.
  const needs = page.locator('section', { has: page.getByRole('heading', { level: 2, name: 'What needs you' }) })
  const finding = needs.getByRole('listitem').filter({ hasText: 'JOB_PAUSED_WITH_WORK_WAITING' })
  await expect.poll(() => finding.count(), { timeout: 40_000 }).toBeGreaterThan(0)
  await finding.getByRole('link').last().click()
  await page.waitForURL('**/jobs/process-uploads-to-ecommerce')
  await tabFrom('/jobs', 'Miscellaneous')
  await expect.poll(() => uploads.textContent()).toContain('JOB_PAUSED_WITH_WORK_WAITING')
  await uploads.getByRole('button', { name: 'Resume Process Uploads to eCommerce' }).click()
  await page.goto(home.url('/'))
  await expect.poll(() => answer.textContent(), { timeout: 60_000 }).toMatch(/^In sync: all 1,4\d\d levels are equal/)
  expect(home.complaints).toEqual([])
})

test('a source has a schedule of its own: given on its page, warned of, paused with a reason, run besides, and shown with the job', async () => {
  const [source, looking] = ['ERP in the cellar', 'Import Inventory for ERP in the cellar']
  await page.goto(home.url('/sources'))
  await page.getByRole('button', { name: 'Add a source' }).click()
  for (const [label, value] of [
    ['Name', source],
    ['Host', '127.0.0.1'],
    ['Port', '9'],
    ['User', 'erp'],
  ] as const)
    await page.getByRole('dialog').getByLabel(label).first().fill(value)
  await page.getByRole('dialog').getByLabel('Password', { exact: true }).fill('secret')
  await page.getByRole('button', { name: 'Add the source' }).click()
  await page.getByRole('link', { name: 'Schedule and runs' }).click()

  await page.getByRole('button', { name: 'Give it its own schedule' }).click()
  await page.getByLabel('Frequency').selectOption('Hourly')
  await page.getByLabel('First run').fill('2099-01-01T04:30')
  const form = page.locator('form', { hasText: 'Next runs' })
  await expect.poll(() => form.getByRole('listitem').count()).toBe(5)
  await expect.poll(() => form.textContent()).toContain('JOBS_FIRST_RUN_FAR')
  await page.getByLabel('First run').fill('')
  await page.getByRole('button', { name: 'Save schedule' }).click()
  await expect.poll(() => page.getByRole('main').textContent()).toContain('cron: */15 * * * * → 0 * * * *')

  await page.getByRole('button', { name: `More for ${looking}` }).click()
  await page.getByRole('menuitem', { name: 'Run once now' }).click()
  const runs = page.getByRole('region', { name: 'Runs' })
  await expect
    .poll(() => runs.textContent(), { timeout: 20_000 })
    .toMatch(/SOURCE_UNREACHABLE.*asked for by admin|asked for by admin.*SOURCE_UNREACHABLE/)
  await page.getByRole('button', { name: `Pause ${looking}` }).click()
  await page.getByLabel('Why').fill('stocktaking')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `Pause ${looking}` })
    .click()

  await page.goto(home.url('/jobs/import-inventory'))
  const row = page.getByRole('row').filter({ hasText: source })
  await expect.poll(() => row.first().textContent()).toMatch(/“stocktaking”.*Paused.*Hourly/)
  await page.getByRole('button', { name: `Resume ${looking}` }).click()
  await expect.poll(() => row.first().textContent()).not.toContain('Paused')

  // What is pending: the source's own next run beside the job's, and first what somebody asked for and waits on its queue.
  const asked = { job: 'Hard Sync Job', slug: 'hard-sync-job', cause: 'person', by: 'ada', parameters: { shop: 'corner' }, queuedId: 'a' }
  await page.route('**/api/v1/jobs/queued', route => route.fulfill({ json: { rows: [{ ...asked, queuedAt: '2026-01-02T03:04:05Z' }] } }))
  await page.goto(home.url('/jobs/pipeline?section=pending'))
  const pending = page.getByRole('row')
  await expect.poll(() => pending.nth(1).textContent()).toMatch(/^Hard Sync Job for corner.*asked for by ada/)
  await expect.poll(() => pending.filter({ hasText: looking }).count()).toBe(1)
  await page.goto(home.url('/jobs/import-inventory'))
  await page.getByRole('button', { name: `Let ${source} run with all the others` }).click()
  await page.getByText('Every source is looked at by the schedule above').waitFor()
  expect(home.complaints).toEqual([])
})

async function tabFrom(start: string, name: string) {
  await page.goto(home.url(start))
  await tab(name).click()
}
