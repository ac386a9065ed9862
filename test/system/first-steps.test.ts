import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sftpAuthenticator } from '../../src/app/sftp-users.ts'
import { type OpenConsole, openConsole } from './browser.ts'

/* An empty house, a file as an ERP writes it, a simulated shop: by the words on the screen to levels that are equal. */

let home: OpenConsole
let page: OpenConsole['page']
beforeAll(async () => {
  home = await openConsole({ isEmpty: true })
  page = home.page
  await home.signIn()
})
afterAll(() => home?.close())

const FILE = 'Filiale;Artikel;Bestand\nBerlin;KETTE-1;12\nBerlin;KLINGEL-2;7\nHamburg;KETTE-1;5\nHamburg;LICHT-3;30\n'
const main = () => page.getByRole('main')
const panel = (name: string) => page.locator('section', { has: page.getByRole('heading', { level: 2, name }) })
const next = (name: string) => page.getByRole('link', { name: `Next: ${name}` }).click()

async function nobodyIsShutOut(what: string) {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(found => `${what} ${found.id}: ${found.nodes[0]?.html}`)).toEqual([])
  for (const width of [390, 1_024, 1_600]) {
    await page.setViewportSize({ width, height: 1_000 })
    const beyond = () => page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    await expect.poll(beyond, { message: `${what} at ${width} pixels` }).toBeLessThanOrEqual(0)
    if (process.env.TRUEUP_SHOTS)
      await page.screenshot({ path: `${process.env.TRUEUP_SHOTS}/first-steps-${what}-${width}.png`, fullPage: true })
  }
}

test('the first page of an empty house leads to the first steps, and the built-in server is ready', async () => {
  await page.getByRole('region', { name: 'First steps' }).getByRole('link', { name: 'First steps' }).click()
  await page.getByRole('heading', { level: 2, name: 'The built-in SFTP server' }).waitFor()
  await page.getByRole('button', { name: 'Copy the path of inventory-reset' }).waitFor()
  // A sender is given a user right here, with everything that they have to be told.
  await page.getByLabel('Name of the user').fill('dc1')
  await page.getByRole('button', { name: 'Make the user' }).click()
  const told = page.getByRole('status').filter({ hasText: 'What dc1 has to be told' })
  await told.getByText('sftp -P').waitFor()
  const [command, password = ''] = await told.locator('code').allTextContents()
  const { port, db } = { ...home.running.server.sftp, ...home.running.server.house }
  expect(command).toBe(`sftp -P ${port} dc1@127.0.0.1`)
  expect(await sftpAuthenticator(db)('dc1', { kind: 'password', password })).toEqual({ home: 'erp' })
  await nobodyIsShutOut('source')
})

test('a file whose columns nobody knows is mapped beside its rows, and imported', async () => {
  await next('First file')
  await page.getByLabel('What does it say?').selectOption('inventory-reset')
  await page.locator('input[type=file]').setInputFiles({ name: 'bestand.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) })
  await page
    .getByRole('alert')
    .getByText(/needs a column/)
    .waitFor()
  expect(await page.getByRole('button', { name: 'Import bestand.csv' }).isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Map its columns' }).click()
  await page.getByRole('button', { name: 'Map the columns' }).click()
  for (const [column, kind, value] of [
    ['externalFacilityId', 'a column', 'Filiale'],
    ['idType', 'always the same', 'SKU'],
    ['idValue', 'a column', 'Artikel'],
    ['availableQty', 'a column', 'Bestand'],
  ] as const) {
    await page.getByLabel(`Where ${column} comes from`, { exact: true }).selectOption({ label: kind })
    await page.getByLabel(`What ${column} is read from`, { exact: true }).fill(value)
  }
  await nobodyIsShutOut('mapping')
  await page.getByRole('button', { name: 'Save the mapping' }).click()
  await page.getByLabel('Why?').fill('So the shops call them.')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('button', { name: 'Import bestand.csv' }).click()
  await expect.poll(() => panel('What became of it').textContent(), { timeout: 20_000 }).toContain('4 rejected')
})

test('what nobody knows yet is added with one press each, and the rows come home by themselves', async () => {
  await page.getByRole('button', { name: 'Add 2 facilities' }).click()
  await page.getByRole('button', { name: 'Add 3 products' }).click()
  const applied = async () => (await (await page.request.get(home.url('/api/v1/stock'))).json()).total
  await expect.poll(applied, { timeout: 30_000 }).toBe(3)
  await expect.poll(() => page.getByText('Names that nobody knows').count(), { timeout: 20_000 }).toBe(0)
  await nobodyIsShutOut('file')
})

test('the simulated shop is connected read only, and read', async () => {
  await next('Shop')
  await nobodyIsShutOut('shop')
  await page.getByRole('button', { name: 'Connect the simulated shop' }).click()
  const shop = panel('Simulated shop')
  await expect.poll(() => shop.first().textContent(), { timeout: 30_000 }).toMatch(/Items linked3/)
  expect(await shop.first().textContent()).toContain('Scopes granted6 of 6')
})

test('its locations are proposed by their names, and mapped with one press', async () => {
  await next('Locations')
  await expect.poll(() => page.getByLabel('What Berlin stands for').inputValue()).toBe('f Berlin')
  await nobodyIsShutOut('locations')
  await page.getByRole('button', { name: 'Map 2 locations' }).click()
  await page.getByRole('button', { name: 'Nothing to map' }).waitFor()
})

test('nothing is written before somebody has seen what would be', async () => {
  await next('Go live')
  await page.getByRole('button', { name: /^Compare/ }).click()
  await expect.poll(() => main().textContent(), { timeout: 40_000 }).toContain('Would change4')
  const row = page.getByRole('row', { name: /LICHT-3/ })
  expect(await row.getByRole('cell').allTextContents()).toMatchObject(['LICHT-3Hamburg', '0', '30', expect.stringContaining('30 on hand')])
  await nobodyIsShutOut('live')
  expect(await home.running.server.house.db.query(`select 1 from channel.exchange where effect = 'write'`)).toEqual([])
})

test('the pencil of Shopify Config shows the same list first, and no other way out', async () => {
  await page.goto(home.url('/shops/simulated'))
  await page.getByRole('button', { name: 'Edit Shopify Config' }).click()
  await page.getByRole('radio', { name: 'Read and write' }).check()
  await page.getByRole('dialog').getByRole('button', { name: 'Go live: write 4 levels' }).waitFor()
  expect(await page.getByRole('dialog').getByRole('button', { name: /^Save/ }).count()).toBe(0)
  await page.keyboard.press('Escape')
})

test('one press lets it go live, and the levels are equal', async () => {
  await page.goto(home.url('/first-steps'))
  await page.getByLabel('Why', { exact: true }).fill('the first shop')
  await page.getByRole('button', { name: 'Go live: write 4 levels' }).click()
  await page.getByRole('heading', { name: 'It is live' }).waitFor()
  await page.getByRole('link', { name: 'To the street' }).click()
  const answer = page.getByRole('region', { name: 'Is stock in sync?' })
  await expect.poll(() => answer.textContent(), { timeout: 60_000 }).toMatch(/^In sync: all 4 levels are equal/)
  expect(await page.getByRole('region', { name: 'First steps' }).count()).toBe(0)
  await page.goto(home.url('/audit'))
  await expect.poll(() => main().textContent()).toMatch(/shop\.live shop simulated.*the first shop/)
  expect(home.complaints).toEqual([])
})
