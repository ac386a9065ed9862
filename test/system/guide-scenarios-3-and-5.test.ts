import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenConsole, openConsole, ROOT } from './browser.ts'

/*
 * Scenarios 3 and 5 of the troubleshooting guide, by the words on the screen: "Shopify Job Not Running" and "Insufficient Permissions
 * on Shopify". And after each the better way, in which the first page says it before anybody looks for it.
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
const main = () => page.getByRole('main')
const answer = () => page.getByRole('region', { name: 'Is stock in sync?' })
const facts = () => page.locator('section', { has: page.getByRole('heading', { level: 2, name: 'Shopify Config' }) })

/** The simulated shop, from behind the curtain. */
async function dial(dials: object): Promise<void> {
  const response = await fetch(`${home.running.shopUrl}/_simulator/dials`, { method: 'PUT', body: JSON.stringify(dials) })
  if (!response.ok) throw new Error(await response.text())
}

/** The ERP counts again: on two hundred rows it finds so many more than in the demo's file. */
async function bringCount(more: number): Promise<void> {
  const text = await readFile(path.join(ROOT, 'data/adventureworks/ProductInventory.tsv'), 'utf8')
  const rows = text.split(/\r?\n/).map((row, at) => {
    const cells = row.split('\t')
    if (at < 1 || at > 200 || cells[4] === undefined) return row
    cells[4] = String(Number(cells[4]) + more)
    return cells.join('\t')
  })
  const answered = await page.request.post(home.url(`/api/v1/feeds/adventureworks/files?name=count-${more}.tsv`), {
    headers: { 'x-trueup-console': '1', 'content-type': 'application/octet-stream' },
    data: Buffer.from(rows.join('\r\n')),
  })
  expect(answered.status()).toBe(201)
}

async function inSync(): Promise<void> {
  await page.goto(home.url('/'))
  await expect.poll(() => answer().textContent(), { timeout: 90_000 }).toMatch(/^In sync: all 1,4\d\d levels are equal/)
}

/** "Use the hamburger menu to go to the Shopify Shop page" and "choose the specific Shopify shop". */
async function openTheShop(): Promise<void> {
  await page.setViewportSize({ width: 800, height: 1000 })
  await page.goto(home.url('/'))
  await page.getByRole('button', { name: 'Menu' }).click()
  await menu().getByRole('link', { name: 'Shopify Shop' }).click()
  await page.setViewportSize({ width: 1_600, height: 1_000 })
  await page.getByRole('heading', { level: 1, name: 'Shopify Shop' }).waitFor()
  await main().getByRole('link', { name: 'Adventure Works' }).click()
  await page.getByRole('heading', { level: 2, name: 'Shopify Config' }).waitFor()
}

async function setAccessScope(words: string, button: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Edit Shopify Config' }).click()
  await page.getByRole('radio', { name: words }).check()
  await page.getByLabel('Why').fill('following the guide')
  await page.getByRole('button', { name: button }).click()
  await expect.poll(() => facts().textContent()).toContain(words)
}

test('everything is in sync before', async () => {
  await bringCount(0)
  await inSync()
})

describe('scenario 5: insufficient permissions on Shopify', () => {
  test('somebody sets the access scope to Read only by mistake, and a new count comes in', async () => {
    await openTheShop()
    await setAccessScope('Read only', /^Save$/)
    await bringCount(1)
    await page.goto(home.url('/'))
  })

  test('the better way: the first page says so by itself, with its reason and how many changes wait', async () => {
    await expect
      .poll(() => answer().textContent(), { timeout: 60_000 })
      .toMatch(/^Not in sync.*is held: the access scope of this shop is Read only\. [\d,]+ changes wait\./)
  })

  test('steps 1 to 3: hamburger menu, Shopify Shop, the shop, and its access scope in Shopify Config', async () => {
    await openTheShop()
    await expect.poll(() => facts().textContent()).toContain('Read only')
    await expect
      .poll(() => main().textContent())
      .toMatch(/Held since \d\d:\d\d: the access scope of this shop is Read only; [\d,]+ changes waiting/)
  })

  test('both switches stand side by side: what Shopify granted, and what each scope is needed for', async () => {
    const granted = page.getByRole('region', { name: 'Access scopes that Trueup needs' })
    await expect
      .poll(() => granted.getByRole('row', { name: /write_.*inventory/ }).textContent())
      .toMatch(/Writing the stock of each level.*Granted/)
  })

  test('step 4: the pencil icon, Read and write; what waited goes by itself', async () => {
    await setAccessScope('Read and write', /^Save and let [\d,]+ go$/)
    await inSync()
    await page.goto(home.url('/audit'))
    await expect.poll(() => main().textContent()).toMatch(/shop\.access shop adventure-works.*following the guide/)
  })

  test('a scope that was taken away in Shopify is found and named, and given back it is noticed', async () => {
    const left = ['read_products', 'read_locations', 'read_inventory', 'read_orders', 'read_merchant_managed_fulfillment_orders']
    await dial({ scopes: [...left, 'read_customers'] })
    await openTheShop()
    await page.getByRole('button', { name: 'Ask Shopify again' }).click()
    const granted = page.getByRole('region', { name: 'Access scopes that Trueup needs' })
    await expect.poll(() => granted.getByRole('row', { name: /write_.*inventory/ }).textContent()).toContain('Missing')
    await expect.poll(() => main().textContent()).toContain('Held since')
    await expect.poll(() => main().textContent()).toContain('Granted as well, and not needed: read_customers')
    await dial({ scopes: null })
    await page.getByRole('button', { name: 'Ask Shopify again' }).click()
    await expect.poll(() => granted.getByRole('row', { name: /write_.*inventory/ }).textContent()).toContain('Granted')
  })
})

describe('scenario 3: Shopify job not running', () => {
  test('Shopify is down, and a new count comes in', async () => {
    await dial({ failNext: [{ kind: 'status', status: 503, times: 100_000 }] })
    await bringCount(2)
  })

  test('the better way: the first page says that Shopify does not answer, and that there is nothing to do', async () => {
    await page.goto(home.url('/'))
    await expect
      .poll(() => answer().textContent(), { timeout: 60_000 })
      .toMatch(
        /^Not in sync.*Shopify does not answer for adventure-works\. [\d,]+ changes wait\. It is tried again by itself; nothing to do\./,
      )
  })

  test('step 1: wait; the shop’s page says since when, and Shopify’s own announcements are a click away', async () => {
    await openTheShop()
    await expect
      .poll(() => main().textContent(), { timeout: 60_000 })
      .toMatch(/Shopify unreachable since \d\d:\d\d, [\d,]+ changes waiting, nothing to do\./)
    const status = page.getByRole('navigation', { name: /^Shop / }).getByRole('link', { name: /status page/ })
    expect(await status.getAttribute('href')).toBe('https://www.shopifystatus.com/')
  })

  test('step 2: the tab Job log beside it shows what was asked and that nothing came back; a SKU finds its own', async () => {
    await page
      .getByRole('navigation', { name: /^Shop / })
      .getByRole('link', { name: 'Job log' })
      .click()
    const log = page.getByRole('region', { name: 'Job log' })
    await expect.poll(() => log.textContent(), { timeout: 30_000 }).toMatch(/No answer.*HTTP 503/)
    await page.getByRole('searchbox').fill('AR-5381')
    await page.waitForURL('**/job-log?search=AR-5381')
    await expect.poll(() => log.textContent()).toMatch(/Set levels|Changed levels/)
    const written = log.getByRole('button', { name: /Set levels|Changed levels/ }).last()
    // The list before the search stands there until the found one comes: a row that was opened too early goes with it.
    await expect
      .poll(async () => {
        if ((await written.getAttribute('aria-expanded')) !== 'true') await written.click()
        return log.textContent()
      })
      .toContain('Request id of Shopify')
    await expect.poll(() => log.textContent()).toContain('gid://trueup/Call/')
  })

  test('Shopify is back: nobody does anything, and stock is in sync again', async () => {
    await dial({ failNext: [] })
    await inSync()
    expect(home.complaints).toEqual([])
  })
})
