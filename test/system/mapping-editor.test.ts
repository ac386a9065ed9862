import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenConsole, openConsole } from './browser.ts'

/* A feed's files have columns that nobody knows: somebody maps them, sees at once what that does, checks every row, and saves it. */
let home: OpenConsole
let page: OpenConsole['page']
beforeAll(async () => {
  home = await openConsole()
  page = home.page
  await home.signIn()
})
afterAll(() => home?.close())

const FILE = 'Item;Bin;On hand;Allocated\nAR-5381;TOOL;12;2\nBA-8327;TOOL;;1\nNO-SUCH;TOOL;5;0\nTotal;;17;3\n'
const panel = (name: string) => page.locator('section', { has: page.getByRole('heading', { level: 2, name }) })
const rows = () => panel('First rows')

test('columns that nobody knows are mapped with the file beside them, every row is checked, and the mapping is saved', async () => {
  await page.goto(home.url('/feeds/inventory-reset/mapping'))
  await page.locator('input[type=file]').setInputFiles({ name: 'stock_1_20261123.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) })
  await page.getByText('semicolon').waitFor()
  await page
    .getByRole('alert')
    .getByText(/needs a column/)
    .waitFor()

  await page.getByRole('button', { name: 'Map the columns' }).click()
  const give = async (column: string, kind: string, value: string) => {
    await page.getByLabel(`Where ${column} comes from`, { exact: true }).selectOption({ label: kind })
    await page.getByLabel(`What ${column} is read from`, { exact: true }).fill(value)
  }
  await give('externalFacilityId', 'the file name', 'stock_{}_*.csv')
  await give('idType', 'always the same', 'SKU')
  await give('idValue', 'a column', 'Item')
  await give('availableQty', 'computed', '[On hand] - Allocated')
  await rows().getByRole('cell', { name: '10', exact: true }).waitFor()
  await expect.poll(() => rows().textContent()).toContain('ROW_FIELD_MISSING')

  await page.getByRole('button', { name: 'Leave out rows by a condition' }).click()
  await page.getByLabel('How it is compared').selectOption({ label: 'is one of' })
  await page.getByLabel('With what, commas between').fill('Total')
  await page.getByLabel('With what, commas between').blur()
  await rows().getByText('left out').waitFor()

  await page.getByRole('button', { name: 'Check every row' }).click()
  await expect.poll(() => panel('All rows').textContent()).toContain('ROW_PRODUCT_UNKNOWN')

  await page.getByRole('button', { name: 'Save the mapping' }).click()
  await page.getByLabel('Why?').fill('The new ERP calls its columns so.')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect
    .poll(async () => (await page.request.get(home.url('/api/v1/feeds/inventory-reset/settings'))).json())
    .toMatchObject({
      settings: { mapping: { leaveOut: [{ column: 'Item', operator: 'is', values: ['Total'] }] } },
    })
  expect(home.complaints).toEqual([])
})

test('the editor fits a phone, light and dark', async () => {
  for (const width of [390, 1024, 1600])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 1_000 })
      await page.emulateMedia({ colorScheme })
      await page.goto(home.url('/feeds/inventory-reset/mapping'))
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.getByRole('button', { name: 'Save the mapping' }).waitFor()
      if (process.env.TRUEUP_SHOTS)
        await page.screenshot({ path: `${process.env.TRUEUP_SHOTS}/mapping-${width}-${colorScheme}.png`, fullPage: true })
      const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      expect([width, colorScheme, Number(overflow) <= 0]).toEqual([width, colorScheme, true])
    }
})
