import path from 'node:path'
import SftpClient from 'ssh2-sftp-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FIRST_SFTP_USER, readSftpPassword } from '../../src/app/sftp-users.ts'
import { type OpenConsole, openConsole } from './browser.ts'
import { type Dialogs, openDialogs } from './dialogs.ts'

/* What a person says to a file, a feed and a source, pressed to the end. */

const FEED = 'inventory-reset'
const INVOICES =
  'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n536365,AR-5381,Ball,6,2026-11-26 08:26:00,2.55,17850,Germany\n'
const HEADER = 'facilityId,idType,idValue,availableQty'

let home: OpenConsole
let page: OpenConsole['page']
let does: Dialogs
let facility = ''
beforeAll(async () => {
  home = await openConsole()
  page = home.page
  await home.signIn()
  does = await openDialogs(home)
  facility = (await get('/facilities')).rows[0].code
})
afterAll(() => home?.close())

const main = () => page.getByRole('main')
const alert = () => does.dialog().getByRole('alert')
const get = (to: string) => does.get(to)
const at = (to: string) => does.at(to)
const gone = () => does.gone()
const post = async (to: string, data: object) => {
  const answered = await page.request.post(home.url(`/api/v1${to}`), { headers: { 'x-trueup-console': '1' }, data })
  expect(answered.ok(), await answered.text()).toBe(true)
}

/** Rows of SKU and quantity, brought as a file; its number, once it is in the given state. */
async function bring(name: string, rows: readonly string[], state: string): Promise<number> {
  const lines = [HEADER, ...rows.map(row => `${row.split(',').length > 2 ? '' : `${facility},SKU,`}${row}`)]
  const sent = await page.request.post(home.url(`/api/v1/feeds/${FEED}/files?name=${name}`), {
    ...{ headers: { 'x-trueup-console': '1', 'content-type': 'text/csv' }, data: Buffer.from(`${lines.join('\n')}\n`) },
  })
  const { fileId } = (await sent.json()) as { fileId: number }
  await becomes(fileId, state)
  return fileId
}
const becomes = (fileId: number, state: string) =>
  expect.poll(async () => (await get(`/files/${fileId}`)).state, { timeout: 20_000, message: `file ${fileId}` }).toBe(state)

async function say(dialog: ReturnType<Dialogs['dialog']>, reason: string, button: string | RegExp): Promise<void> {
  const confirm = dialog.getByRole('button', { name: button })
  expect(await confirm.isDisabled(), 'without a reason nothing is done').toBe(true)
  await dialog.getByRole('textbox', { name: 'Why?' }).fill(reason)
  await confirm.click()
}

test('limits are set for a feed; a file outside of them is held, and put aside or released by a person', async () => {
  await at(`/feeds/${FEED}/guards`)
  await page.getByLabel('Share of rows that say 0 is above').fill('20')
  await say(await does.open('Save'), 'half a shop is not empty at once', 'Save')
  await gone()
  expect((await get(`/feeds/${FEED}/settings`)).settings.belief.guards).toEqual({ zeroPercent: 20 })

  const first = await bring('empty-1.csv', ['AR-5381,0', 'BA-8327,4'], 'held')
  await at(`/files/${first}`)
  await say(await does.open('Reject'), 'the ERP was half asleep', 'Put it aside')
  await becomes(first, 'failed')

  const second = await bring('empty-2.csv', ['AR-5381,0', 'BA-8327,5'], 'held')
  await at(`/files/${second}`)
  await say(await does.open('Release'), 'it is right this once', 'Release 2 rows')
  await becomes(second, 'applied')
})

test('an applied file is taken back after one has seen what that does, and read again from what is kept', async () => {
  const applied = await bring('count.csv', ['AR-5381,7', 'BA-8327,9'], 'applied')
  await at(`/files/${applied}`)
  const undo = await does.open('Undo')
  await expect.poll(() => undo.textContent()).toContain('2 positions move back')
  await say(undo, 'it was of last year', 'Take it back')
  await becomes(applied, 'undone')
  await does.press('Import again')
  await page.waitForURL(url => /\/files\/\d+$/.test(url.pathname) && !url.pathname.endsWith(`/${applied}`))
})

test('a rejected row is mended where it stands; what is still wrong is said beside it', async () => {
  const fileId = await bring('fraction.csv', ['AR-5381,8', 'BE-2349,12.5'], 'applied')
  await at(`/files/${fileId}`)
  await does.press('Mend')
  const cell = page.getByRole('textbox', { name: 'availableQty' })
  await cell.fill('many')
  await page.keyboard.press('Enter')
  const rows = page.getByRole('region', { name: 'Rejected rows' })
  // It came in as a file of its own, and was rejected there.
  await expect.poll(() => main().textContent(), { timeout: 20_000 }).toContain('Corrected by')
  expect(await rows.getByRole('link', { name: 'Came home' }).count()).toBe(0)
  await does.press('Mend')
  await cell.fill('12')
  await page.keyboard.press('Enter')
  await expect.poll(() => rows.getByRole('link', { name: 'Came home' }).count(), { timeout: 20_000 }).toBe(1)
})

test('a name that nobody knows is said to be another; what does not exist is refused', async () => {
  const fileId = await bring('names.csv', ['BE-2349,2', 'AR-53-81,6', 'HALL-9,SKU,AR-5381,5'], 'applied')
  await at(`/files/${fileId}`)
  const names = page.getByRole('region', { name: 'Names for which rows wait' })
  const rowOf = (name: string) => names.getByRole('row', { name: new RegExp(`^${name}`) })
  for (const [name, field, wrong, right] of [
    ['HALL-9', 'Code of the facility', 'nowhere', facility],
    ['AR-53-81', 'SKU of the product', 'NO-SUCH', 'AR-5381'],
  ] as const) {
    await rowOf(name).getByRole('button', { name: 'Something else' }).waitFor()
    const dialog = await opened(rowOf(name).getByRole('button', { name: 'Something else' }))
    await dialog.getByLabel(field).fill(wrong)
    await page.keyboard.press('Enter')
    await expect.poll(() => alert().textContent()).toContain(wrong)
    await dialog.getByLabel(field).fill(right)
    await page.keyboard.press('Enter')
    await gone()
    await expect.poll(() => rowOf(name).count(), { timeout: 20_000 }).toBe(0)
  }
})

async function opened(button: ReturnType<typeof main>) {
  await button.click()
  await does.dialog().waitFor()
  return does.dialog()
}

test('a file that waits to be read is kept from it', async () => {
  await post('/jobs/process-bulk-imported-files/pause', { reason: 'so that it waits' })
  const fileId = await bring('waits.csv', ['AR-5381,1'], 'received')
  await at(`/files/${fileId}`)
  await say(await does.open('Cancel'), 'sent by mistake', 'Cancel the file')
  await becomes(fileId, 'failed')
  await page.request.post(home.url('/api/v1/jobs/process-bulk-imported-files/resume'), { headers: { 'x-trueup-console': '1' } })
})

test('what the files of a feed say is declared; a date that stands nowhere is refused', async () => {
  await at(`/feeds/${FEED}/guards`)
  await page.getByLabel('Its counts are as of').selectOption('a date in its name')
  await page.getByLabel('Where the date stands').fill('stock.csv')
  await say(await does.open('Save what they say'), 'it dates its files', 'Save')
  await expect.poll(() => alert().textContent()).toMatch(/[A-Z]+_[A-Z_]+/)
  await page.keyboard.press('Escape')
  await gone()
  await page.getByLabel('Where the date stands').fill('stock_{yyyyMMdd_HHmm}.csv')
  await say(await does.open('Save what they say'), 'it dates its files', 'Save')
  await gone()
  expect((await get(`/feeds/${FEED}/settings`)).settings.asOf).toMatchObject({ from: 'name' })
})

test('a feed is declared; a name that is taken is refused', async () => {
  await at('/feeds')
  const dialog = await does.open('Add a feed')
  await dialog.getByRole('textbox', { name: /^Name( \*)?$/ }).fill('products')
  await dialog.getByLabel('Layout').selectOption('RESET_INVENTORY')
  await dialog.getByRole('textbox', { name: /^Folder( \*)?$/ }).fill('second')
  await page.keyboard.press('Enter')
  await expect.poll(() => alert().textContent()).toMatch(/products.*FEED_/)
  await dialog.getByRole('textbox', { name: /^Name( \*)?$/ }).fill('second')
  await page.keyboard.press('Enter')
  await gone()
  await page.getByRole('row', { name: /^second/ }).waitFor()
})

test('a file that lies where nobody looks becomes a feed of its own, or is left alone', async () => {
  const { host = '', port = 0 } = home.running.server.sftp ?? {}
  const client = new SftpClient()
  const { db, spoolDir } = home.running.server.house
  await client.connect({ host, port, username: FIRST_SFTP_USER, password: await readSftpPassword(path.dirname(spoolDir)) })
  await client.mkdir('/Lost')
  await client.put(Buffer.from(INVOICES), '/Lost/invoices.csv')
  await client.end()
  // As it is seen on the next round.
  await db.query(
    `insert into feed.stray (home, path, bytes, modified_at, layout, reason, found_at)
     values ($1, 'Lost/invoices.csv', $2, $3, 'ONLINE_RETAIL_INVOICES', 'It lies where no feed looks.', $3) on conflict do nothing`,
    [FIRST_SFTP_USER, INVOICES.length, new Date()],
  )
  await at('/feeds')
  // Not by `open`: the next round may find it anew meanwhile.
  await does.press('Make a feed of it')
  const dialog = does.dialog()
  expect(await dialog.getByRole('textbox', { name: /^Folder( \*)?$/ }).inputValue()).toBe('lost')
  await page.keyboard.press('Escape')
  await gone()
  await does.press('Leave it')
  await expect.poll(() => main().textContent()).not.toContain('Lost/invoices.csv')
})

test('a sender gets a user of their own on the built-in server', async () => {
  await at('/sources')
  await page.getByLabel('Name of the user').fill('netsuite')
  await does.press('Make the user')
  await expect.poll(async () => (await get('/drop-server')).users.map((user: { name: string }) => user.name)).toContain('netsuite')
})

test('a source is added, asked, looked at and changed; one that does not answer says so', async () => {
  await at('/sources')
  const dialog = await does.open('Add a source')
  await dialog.getByRole('textbox', { name: /^Name( \*)?$/ }).fill('erp')
  await dialog.getByRole('textbox', { name: /^Host( \*)?$/ }).fill('127.0.0.1')
  await dialog.getByRole('textbox', { name: /^Port( \*)?$/ }).fill('9')
  await dialog.getByRole('textbox', { name: /^User( \*)?$/ }).fill('trueup')
  await dialog.getByLabel(/^Password/).fill('secret')
  await dialog.getByRole('button', { name: 'Add the source' }).click()
  await gone()
  await does.press('Test connection')
  await expect.poll(() => main().textContent(), { timeout: 20_000 }).toContain('SOURCE_UNREACHABLE')
  await does.press('Look now')
  const folder = await does.open('List folder')
  await expect.poll(() => folder.getByRole('alert').textContent(), { timeout: 20_000 }).toContain('SOURCE_UNREACHABLE')
  await page.keyboard.press('Escape')
  await gone()
  const change = await does.open('Change')
  await change.getByLabel('Looked at every so many seconds').fill('60')
  await change.getByRole('button', { name: 'Change the source' }).click()
  await gone()
  expect((await get('/sources')).rows).toMatchObject([{ name: 'erp', lookEverySeconds: 60 }])
  // What was refused on purpose: the browser says so.
  expect(home.complaints.filter(one => !/40[0-9]|422|502|503/.test(one))).toEqual([])
})

test('a list says that it ended before this page; a link that is not understood says so; whoever comes back from a row walks on', async () => {
  await at('/files?page=99')
  await page.getByRole('heading', { name: 'The list ends before this page' }).waitFor()
  expect(await main().textContent()).not.toContain('No file came yet')
  await page.getByRole('button', { name: 'To its last page' }).click()
  await main().locator('tbody tr').first().waitFor()

  await at('/stock?sort=nonsense')
  await page.getByRole('heading', { name: 'The address of this page is not understood' }).waitFor()
  await page.getByRole('link', { name: 'Open the page without its choices' }).click()
  const rows = main().locator('[data-row]')
  await rows.nth(3).waitFor()

  for (const _ of [0, 1, 2]) await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/stock/*')
  await main().getByText('Ledger').first().waitFor()
  await page.keyboard.press('Escape')
  await rows.nth(3).waitFor()
  await page.keyboard.press('j')
  expect(await page.evaluate('document.activeElement.textContent')).toBe(await rows.nth(3).textContent())
})
