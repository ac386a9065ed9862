import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Browser, type BrowserContext, chromium, type Page, type Request } from 'playwright-core'
import { expect } from 'vitest'
import { type RunningDemo, startDemo } from '../../src/app/demo.ts'
import { startServer } from '../../src/app/server.ts'
import { realWorld } from '../../src/app/start.ts'
import type { Db } from '../../src/db/connection.ts'
import { notPressed } from './pressed.ts'

export const ROOT = path.resolve(import.meta.dirname, '../..')
const ANSWER_MS_MAX = 10_000
const CHROMIUM = '/usr/bin/chromium'

/** The demo in this process, and a browser before its console. */
export type OpenConsole = {
  running: RunningDemo
  browser: Browser
  context: BrowserContext
  page: Page
  /** What the browser complained of: a page that breaks its own policy says so here. */
  complaints: string[]
  url(to: string): string
  /** Waits until every change that a page asked for has its answer, for a while. */
  answered(): Promise<void>
  signIn(): Promise<void>
  close(): Promise<void>
}

/** Starts the demo with the console on free ports, or a house with nothing in it, and opens a window of a desktop's size. */
export async function openConsole({ isEmpty = false } = {}): Promise<OpenConsole> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'trueup-console-'))
  await chmod(dataDir, 0o711)
  const config = {
    ...{ dataDir, databaseUrl: null, host: '127.0.0.1', httpPort: 0, sftpPort: 0, secretKey: null },
    ...{ roles: ['gate', 'work'] as const, logLevel: 'silent' as const },
    // A test that waits for something asks far more often than a person.
    requestsPerMinute: 100_000,
  }
  const running = isEmpty ? await startEmpty(config) : await startDemo(config, realWorld(config))
  if (process.env.TRUEUP_PICTURES) await pretendADay(running.server.house.db)
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  })
  // Times are written as the reader's browser writes them: of a day of 24 hours here.
  const context = await browser.newContext({
    ...{ viewport: { width: 1600, height: 1000 }, colorScheme: 'light', reducedMotion: 'reduce', locale: 'en-GB' },
  })
  const page = await context.newPage()
  const sent: string[] = []
  context.on('response', response => {
    const { pathname } = new URL(response.url())
    if (response.ok()) sent.push(`${response.request().method()} ${pathname.replace('/api/v1', '')}`)
  })
  // A change that the page asked for and has no answer to yet: whoever leaves the page breaks it off, though the server did it.
  const underWay = new Set<Request>()
  const answered = async () => {
    for (const end = Date.now() + ANSWER_MS_MAX; underWay.size > 0 && Date.now() < end; ) await delay(20)
  }
  context.on('request', request => request.method() !== 'GET' && underWay.add(request))
  context.on('requestfinished', request => underWay.delete(request))
  context.on('requestfailed', request => underWay.delete(request))
  const complaints: string[] = []
  page.on('console', message => {
    if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(error.message))
  // The browser's own complaint does not say of what.
  page.on('response', response => {
    if (response.status() >= 500) complaints.push(`${response.status()} ${response.url()}`)
  })
  const url = (to: string) => `${running.server.http?.url}${to}`
  return {
    ...{ running, browser, context, page, complaints, url, answered },
    async signIn() {
      await page.goto(url('/'))
      await page.getByLabel('Name').fill('admin')
      await page
        .getByLabel('Password')
        .first()
        .fill(running.server.newAdmin?.password ?? '')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('region', { name: 'Is stock in sync?' }).waitFor()
    },
    async close() {
      await answered()
      await browser.close()
      await running.stop()
      await rm(dataDir, { recursive: true, force: true })
      const { testPath = '' } = expect.getState()
      expect(notPressed(testPath, sent), 'what test/system/pressed.ts says that it presses').toEqual([])
    },
  }
}

/** As `trueup start` leaves it on a new machine: no shop, no file, no product. */
async function startEmpty(config: Parameters<typeof startDemo>[0]): Promise<RunningDemo> {
  const server = await startServer(config, realWorld(config))
  const drop = () => Promise.reject(new Error('an empty house has no file of its own'))
  return { server, shopUrl: '', drop, stop: () => server.stop() }
}

/** Turns the tablet or dims the light, and waits until the page has taken the new colours. */
export async function lookAt(page: Page, width: number, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme })
  await page.setViewportSize({ width, height: 1_000 })
  await expect.poll(() => page.evaluate('document.documentElement.dataset.mantineColorScheme')).toBe(colorScheme)
  await page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')
}

/** For pictures: the first page of a house that has run for a day, with a file each hour and a shop that rested for a while. */
async function pretendADay(db: Db): Promise<void> {
  await db.query(
    `insert into reconcile.street_sample (at, state, levels, levels_equal, levels_different, units_at_risk, backlog, oldest_ms)
     select at, case when waits > 0 then 'catching_up' else 'in_sync' end, 1454, 1454 - waits, 0, 0, waits, nullif(waits, 0) * 900
       from (select at, case when at between $1::timestamptz - interval '9 hours' and $1::timestamptz - interval '8.5 hours' then 330
                             when extract(minute from at) < 5 then 30 + (extract(hour from at)::int * 17) % 70
                             else 0 end as waits
               from generate_series($1::timestamptz - interval '24 hours', $1::timestamptz - interval '5 minutes', interval '5 minutes') at) each
     on conflict (at) do nothing`,
    [new Date()],
  )
}
