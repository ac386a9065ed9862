import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenConsole, openConsole } from './browser.ts'

/*
 * Scenarios 3 and 5 of the troubleshooting guide, by the words on the screen: "Shopify Job Not Running" and "Insufficient Permissions
 * on Shopify". And after each the better way, in which the first page says it before anybody looks for it.
 */
let home: OpenConsole
let page: OpenConsole['page']
let shopUrl: string
beforeAll(async () => {
  home = await openConsole()
  page = home.page
  await home.signIn()
  const [shop] = await home.running.server.house.db.query<{ url: string }>('select api_url as url from catalog.shop')
  shopUrl = shop?.url ?? ''
})
afterAll(() => home?.close())

const menu = () => page.getByRole('navigation', { name: 'Main' })
const main = () => page.getByRole('main')
const answer = () => page.getByRole('region', { name: 'Is stock in sync?' })
const dial = async (dials: object) => {
  const response = await fetch(`${shopUrl}/_simulator/dials`, { method: 'PUT', body: JSON.stringify(dials) })
  if (!response.ok) throw new Error(await response.text())
}
const inSync = async () => {
  await page.goto(home.url('/'))
  await expect.poll(() => answer().textContent(), { timeout: 90_000 }).toMatch(/^In sync: all 1,4\d\d levels are equal/)
}
const openShop = async () => {
  await menu().getByRole('link', { name: 'Shopify Shop' }).click()
  await page.getByRole('table', { name: 'Shops' }).or(page.getByRole('region', { name: 'Shops' })).getByRole('link').first().click()
  await page.getByRole('heading', { level: 2, name: 'Shopify Config' }).waitFor()
}
/** Somebody counts again: every level of one facility is another number now, so that something waits to be told. */
const countAgain = async (units: number) => {
  const { house, clockwork } = home.running.server
  await house.db.query(
    `update availability.safety_stock set units = units where false`,
  )
  void units
  clockwork.nudge('availability')
}
