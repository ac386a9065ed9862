import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { inSoak } from '../rounds.ts'
import { lookAt, type OpenConsole } from './browser.ts'

/* What is true of every dialog, whatever it asks. */

type Look = readonly [width: number, colorScheme: 'light' | 'dark']

const LOOKS: readonly [Look, ...Look[]] = [
  [390, 'light'],
  [1_024, 'dark'],
  [1_600, 'light'],
  [390, 'dark'],
  [1_024, 'light'],
  [1_600, 'dark'],
]
const PICTURES = process.env.TRUEUP_PICTURES

let looks = 0
let isPageLookedAt = false

/** The open dialog has room, in the light and in the dark, and shuts nobody out: from all sides at full count, in CI each from the next one. */
export async function looksRight(page: Page, name: string): Promise<void> {
  const before = page.viewportSize()
  const next = LOOKS[looks++ % LOOKS.length] ?? LOOKS[0]
  for (const [width, colorScheme] of PICTURES ? LOOKS : inSoak<readonly Look[]>({ full: LOOKS, sample: [next] })) {
    await lookAt(page, width, colorScheme)
    const { violations } = await new AxeBuilder({ page }).include('[role="dialog"]').analyze()
    expect(violations.map(found => `${name} ${width} ${found.id}: ${found.nodes[0]?.html} ${found.nodes[0]?.failureSummary}`)).toEqual([])
    const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect(beyond, `${name}: how far it goes beyond ${width} pixels`).toBeLessThanOrEqual(0)
    await picture(page, `${name}-${width}-${colorScheme}`)
  }
  await page.emulateMedia({ colorScheme: 'light' })
  if (before) await page.setViewportSize(before)
  if (isPageLookedAt) return
  isPageLookedAt = true
  // What lies behind it is dimmed, and nobody reads it; but it is one page still, with one banner.
  const { violations } = await new AxeBuilder({ page }).disableRules(['color-contrast', 'region']).analyze()
  expect(violations.map(found => `${name} ${found.id}: ${found.nodes[0]?.html}`)).toEqual([])
}

export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return
  await mkdir(PICTURES, { recursive: true })
  await page.screenshot({ path: path.join(PICTURES, `${name}.png`) })
}

export type Dialogs = {
  dialog(): Locator
  /** The dialog has closed. */
  gone(): Promise<void>
  /** Goes to a page of the console. */
  at(to: string): Promise<unknown>
  /** What the API answers to the person who is signed in. */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for
  get(to: string): Promise<any>
  /**
   * Opens the dialog of a button, or of an entry in the button's menu, as somebody without a mouse does: it is not there for a person who
   * may only look; Enter opens it, it looks right, Esc closes it and the focus is where it was. Leaves it open.
   */
  open(button: string, entry?: string): Promise<Locator>
  /** Presses a button of the page that does its deed at once; it is not there for a person who may only look. */
  press(button: string): Promise<void>
}

/** The dialogs of an open console, and a person beside them who may only look. */
export async function openDialogs(home: OpenConsole): Promise<Dialogs> {
  const { page } = home
  const viewer = await viewerOf(home)
  const dialog = () => page.getByRole('dialog')
  const main = (of: Page) => of.getByRole('main')

  async function isForThoseWhoMay(button: string): Promise<void> {
    await main(page).getByRole('button', { name: button, exact: true }).first().waitFor()
    if (viewer.url() !== page.url()) await viewer.goto(page.url())
    await main(viewer).getByRole('heading').first().waitFor()
    await expect.poll(() => viewer.getByLabel('Loading').count()).toBe(0)
    expect(await main(viewer).getByRole('button', { name: button, exact: true }).count(), `a viewer sees “${button}”`).toBe(0)
  }

  async function begin(button: string, entry?: string): Promise<void> {
    const opener = main(page).getByRole('button', { name: button, exact: true }).first()
    await opener.focus()
    await page.keyboard.press('Enter')
    if (entry !== undefined) {
      // A menu takes the focus when it has opened: whoever is faster loses it again.
      await expect.poll(() => page.evaluate(`document.activeElement?.closest('[role="menu"]') !== null`)).toBe(true)
      const item = page.getByRole('menuitem', { name: entry, exact: true })
      await item.focus()
      await page.keyboard.press('Enter')
    }
    await dialog().waitFor()
  }

  return {
    dialog,
    gone: () => expect.poll(() => dialog().count()).toBe(0),
    async at(to) {
      await home.answered()
      return page.goto(home.url(to))
    },
    async get(to) {
      const answered = await page.request.get(home.url(`/api/v1${to}`))
      expect(answered.ok(), await answered.text()).toBe(true)
      return answered.json()
    },
    async open(button, entry) {
      await isForThoseWhoMay(button)
      await begin(button, entry)
      const called = entry ?? button
      await expect
        .poll(() => page.evaluate(`document.activeElement?.closest('[role="dialog"]') !== null`), { message: `the focus of “${called}”` })
        .toBe(true)
      await looksRight(page, called.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'))
      await page.keyboard.press('Escape')
      await expect.poll(() => dialog().count(), { message: `Esc closes “${called}”` }).toBe(0)
      const opener = main(page).getByRole('button', { name: button, exact: true }).first()
      await expect.poll(() => opener.evaluate(node => node.matches(':focus')), { message: `the focus after “${called}”` }).toBe(true)
      await begin(button, entry)
      return dialog()
    },
    async press(button) {
      await isForThoseWhoMay(button)
      await main(page).getByRole('button', { name: button, exact: true }).first().click()
    },
  }
}

async function viewerOf(home: OpenConsole): Promise<Page> {
  const headers = { 'x-trueup-console': '1' }
  const added = await home.page.request.post(home.url('/api/v1/people'), { headers, data: { name: 'onlooker', role: 'viewer' } })
  const context = await home.browser.newContext({ viewport: { width: 1_600, height: 1_000 } })
  const signedIn = await context.request.post(home.url('/api/v1/session'), { headers, data: await added.json() })
  expect(signedIn.ok(), await signedIn.text()).toBe(true)
  return context.newPage()
}
