import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenConsole, openConsole } from './browser.ts'

/*
 * What the house is set to, how one person reads, and where words lead, by the words on the screen.
 */

let home: OpenConsole
let page: OpenConsole['page']

beforeAll(async () => {
  home = await openConsole()
  page = home.page
  await home.signIn()
})
afterAll(async () => {
  const complaints = home?.complaints ?? []
  await home?.close()
  expect(complaints.filter(one => !/status of 4\d\d/.test(one))).toEqual([])
})

const to = (path: string) => page.goto(home.url(path))
const main = () => page.getByRole('main')

test('whoever looks for a variable finds what it sets, and that nobody has set it', async () => {
  await to('/')
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  await page.getByLabel('Search the settings').fill('webhooks')
  await expect.poll(() => main().getByRole('listitem').count()).toBe(1)
  expect(await main().getByRole('listitem').textContent()).toMatch(/Webhooks of shops.*Off.*Its default,.*TRUEUP_PUBLIC_URL/)
  expect(page.url()).toContain('search=webhooks')
})

test('an admin changes the objective with a reason, and it stands in the audit log', async () => {
  await to('/settings')
  await page.getByRole('button', { name: 'Change: Objective' }).click()
  await page.getByLabel('Minutes from here to the shop').fill('15')
  await page.getByLabel('Why?').fill('the night shift uploads slowly')
  await page.getByRole('button', { name: 'Set to 15 minutes' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await expect.poll(() => main().getByRole('listitem').filter({ hasText: 'Objective' }).textContent()).toContain('15 minutes')
  await to('/audit')
  await expect
    .poll(() => page.getByRole('row').filter({ hasText: 'objective.set' }).textContent())
    .toContain('the night shift uploads slowly')
})

test('a configuration file shows what it would change, field by field, before it changes it', async () => {
  await to('/settings/file')
  const file = page.getByRole('textbox', { name: 'The configuration' })
  await file.fill('version: 1\nfacilities:\n  - { code: W9, name: Ninth, type: BARN }\n')
  await page.getByRole('button', { name: 'Show what it would change' }).click()
  await page.getByRole('heading', { name: '1 place does not fit; nothing was changed' }).waitFor()
  await page.getByRole('button', { name: /Go to line 3/ }).click()
  const marked = 'document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)'
  expect(await page.evaluate<string>(marked)).toContain('BARN')

  await file.fill('version: 1\nfacilities:\n  - { code: W9, name: Ninth }\n')
  await page.getByRole('button', { name: 'Show what it would change' }).click()
  const apply = page.getByRole('button', { name: 'Apply 1 change' })
  await apply.waitFor()
  expect(await main().textContent()).toMatch(/Add Facility W9/)
  // What stands in the field is other than what was looked at: nobody applies what they have not seen.
  await file.fill('version: 1\nfacilities:\n  - { code: W9, name: Ninth floor }\n')
  expect(await apply.isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Show what it would change' }).click()
  await expect.poll(() => main().textContent()).toContain('Ninth floor')
  await apply.click()
  await expect.poll(() => page.getByRole('status').filter({ hasText: 'made' }).textContent()).toContain('1 change was made')
  const answered = await page.request.get(home.url('/api/v1/facilities?search=W9'))
  expect(JSON.stringify(await answered.json())).toContain('Ninth floor')
})

test('what a list shows goes out as a file, with its filters and all of its pages', async () => {
  await to('/audit?name=W9')
  const row = page.getByRole('row').filter({ hasText: 'W9' })
  await row.first().waitFor()
  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name: /^Export all of/ }).click()
  const download = await downloading
  expect(download.suggestedFilename()).toBe('audit.csv')
  const [head, ...rows] = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n')
  expect(head).toBe('seq,at,who,action,subject,name,before,after,reason')
  expect(rows.length).toBe(await row.count())
  expect(rows.every(one => one.includes('W9'))).toBe(true)
})

test('a person leaves columns out of a list, and they stay out', async () => {
  await to('/stock')
  const heads = () => page.getByRole('columnheader').allTextContents()
  await expect.poll(heads).toContain('Reserved')
  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByRole('checkbox', { name: 'Reserved' }).uncheck()
  const shown = () => page.getByRole('columnheader', { name: 'Reserved' }).count()
  await expect.poll(shown).toBe(0)
  await page.reload()
  await page.getByRole('columnheader', { name: 'On hand' }).waitFor()
  expect(await shown()).toBe(0)
  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByRole('checkbox', { name: 'Reserved' }).check()
  await expect.poll(shown).toBe(1)
  await page.keyboard.press('Escape')
})

test('a browser in German reads German numbers, also in sentences of the server; a person may say otherwise', async () => {
  const context = await home.browser.newContext({ locale: 'de-DE', timezoneId: 'Europe/Berlin', viewport: { width: 1280, height: 900 } })
  const german = await context.newPage()
  try {
    await context.addCookies(await home.context.cookies())
    const facts = () => german.getByRole('main').textContent()
    await german.route('**/api/v1/street', async route => {
      const answer = await route.fetch()
      const street = (await answer.json()) as { sync: { sentence: string; comparedAt: null } }
      street.sync = { ...street.sync, sentence: 'Catching up: 1,412 of 12,458 levels are equal.', comparedAt: null }
      await route.fulfill({ response: answer, json: street })
    })
    await german.goto(home.url('/settings/mine'))
    await expect.poll(facts).toContain('A number1.234.567')
    expect(await facts()).toMatch(/A share99,95 %.*\d{2}\.\d{2}\.\d{4}, .*MEZ/)
    await german.goto(home.url('/settings'))
    await expect.poll(facts).toContain('100.000')
    await german.goto(home.url('/'))
    await expect.poll(facts).toContain('Catching up: 1.412 of 12.458 levels are equal.')

    await german.goto(home.url('/settings/mine'))
    await german.getByLabel('Written as in').first().fill('Switzerland')
    await german.getByRole('option', { name: /Swiss High German|German \(Switzerland\)/ }).click()
    await german.getByLabel('Time zone').first().fill('Tokyo')
    await german.getByRole('option', { name: 'Asia/Tokyo' }).click()
    await expect.poll(facts).toMatch(/A number1.234.567/)
    await expect.poll(facts).toContain('GMT+9')
    await german.reload()
    await expect.poll(facts).toContain('GMT+9')
    await german.getByRole('button', { name: 'As the browser has it' }).click()
    await expect.poll(facts).toContain('A number1.234.567')
    await expect.poll(facts).toContain('MEZ')
  } finally {
    await context.close()
  }
})

test.each([
  ['Miscellaneous', '/jobs/in/miscellaneous'],
  ['Pipeline, Pending', '/jobs/pipeline?section=pending'],
  ['access scope', '/shops'],
  ['SFTP location', '/sources'],
  ['user manual', '/help'],
  ['permissions', '/shops'],
])('“%s”, a word of the guide, leads from the box that finds things to its page', async (word, place) => {
  await to('/health')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill(word)
  await page.getByRole('option').first().waitFor()
  await page.getByRole('option', { name: /^Page/ }).first().click()
  await expect.poll(() => new URL(page.url()).pathname + new URL(page.url()).search).toBe(place)
})

test('a room that nobody has is said not to be there, and nothing else stands below', async () => {
  await to('/rooms/nope')
  await expect.poll(() => main().textContent()).not.toContain('What it did lately')
})

test('which columns of the history one sees is one’s own choice, and kept', async () => {
  await to('/jobs/pipeline')
  const shown = () => page.getByRole('columnheader').filter({ visible: true }).allInnerTexts()
  await expect.poll(shown).toContain('Took')
  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByRole('checkbox', { name: 'Took' }).uncheck()
  await page.keyboard.press('Escape')
  await expect.poll(shown).not.toContain('Took')
  await page.reload()
  await expect.poll(shown).toContain('Started')
  expect(await shown()).not.toContain('Took')
})
