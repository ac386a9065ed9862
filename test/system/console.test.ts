import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inSoak } from '../rounds.ts'
import { lookAt, type OpenConsole, openConsole, ROOT } from './browser.ts'

type Look = readonly [width: number, colorScheme: 'light' | 'dark']

/** Every width in the light and in the dark at full count; in CI each page takes one of two samples that have a phone and both colours. */
const LOOKS: readonly Look[] = ([390, 1_024, 1_600] as const).flatMap(width => [[width, 'light'] as const, [width, 'dark'] as const])
const SAMPLES: readonly (readonly Look[])[] = [
  [
    [390, 'light'],
    [1_600, 'dark'],
  ],
  [
    [390, 'dark'],
    [1_024, 'light'],
  ],
]
const FIRST_LOAD_GZIP_BYTES_MAX = 250 * 1_024
/** Pictures are taken where this names a folder; `docs/images` is where they are kept. */
const PICTURES = process.env.TRUEUP_PICTURES

let home: OpenConsole
let running: OpenConsole['running']
let context: OpenConsole['context']
let page: OpenConsole['page']
let complaints: string[]

beforeAll(async () => {
  home = await openConsole()
  ;({ running, context, page, complaints } = home)
})

afterAll(() => home?.close())

const url = (to: string): string => home.url(to)
const answer = () => page.getByRole('region', { name: 'Is stock in sync?' })

test('the first page is there for a person who signs in, and is small', async () => {
  await page.goto(url('/'))
  await page.getByLabel('Name').fill('admin')
  await page.getByLabel('Password').first().fill('guess')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('do not belong together')

  await page
    .getByLabel('Password')
    .first()
    .fill(running.server.newAdmin?.password ?? '')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect.poll(() => answer().textContent()).toMatch(/^Unknown: /)
  const loaded = await page.evaluate<string[]>(`performance.getEntriesByType('resource').map(entry => new URL(entry.name).pathname)`)
  const scripts = [...new Set(loaded.filter(name => name.endsWith('.js')))]
  const sizes = await Promise.all(scripts.map(async name => gzipSync(await readFile(path.join(ROOT, 'dist-console', name))).length))
  const gzipBytes = sizes.reduce((sum, size) => sum + size, 0)
  expect(gzipBytes).toBeGreaterThan(50 * 1_024)
  const listed = scripts.map((name, index) => `${name} ${sizes[index]}`).join(', ')
  expect(gzipBytes, listed).toBeLessThan(FIRST_LOAD_GZIP_BYTES_MAX)
})

test('a file that is uploaded walks down the street before their eyes', async () => {
  await page.goto(url('/'))
  const seen = new Set<string>()
  const watching = watch(seen)
  const uploading = await context.newPage()
  await uploading.goto(url('/files'))
  await uploading
    .locator('input[type=file]')
    .setInputFiles({ name: 'stock.tsv', mimeType: 'text/tab-separated-values', buffer: await stockWithMistakes() })
  await uploading.getByLabel('Into which feed').selectOption('adventureworks')
  await uploading.getByRole('button', { name: /^Upload \d/ }).click()
  await uploading.waitForURL('**/files/1')
  await uploading.close()

  await expect.poll(() => answer().textContent(), { timeout: 60_000 }).toMatch(/^In sync: all 1,4\d\d levels are equal/)
  await watching.stop()
  expect([...seen].some(sentence => sentence.startsWith('Catching up') || sentence.includes('on the way'))).toBe(true)
  expect(await page.getByRole('list').filter({ hasText: 'stock.tsv' }).textContent()).toContain('Applied')
})

test('the file tells which of its rows were rejected, and why', async () => {
  await page.getByRole('link', { name: 'stock.tsv' }).first().click()
  await page.waitForURL('**/files/1')
  const rejected = page.getByRole('region', { name: 'Rejected rows' })
  await expect.poll(() => rejected.getByRole('row').count()).toBe(3)
  await page.getByRole('button', { name: /ROW_UNITS_NOT_WHOLE/ }).click()
  await expect.poll(() => rejected.getByRole('row').count()).toBe(2)
  const row = await rejected.getByRole('row').nth(1).textContent()
  expect(row).toMatch(/^12/)
  expect(row).toContain('12.5')
  await rejected.getByRole('link', { name: 'ROW_UNITS_NOT_WHOLE' }).click()
  await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toContain('ROW_UNITS_NOT_WHOLE')
  await expect.poll(() => page.getByRole('main').textContent()).toContain('Cure.')
})

test('a SKU is found by keyboard alone, and explains its number', async () => {
  await page.goto(url('/'))
  await page.getByRole('heading', { name: 'Reconcile' }).waitFor()
  await page.keyboard.press('/')
  await page.waitForURL('**/stock')
  await page.getByRole('searchbox').waitFor()
  // Who does not see that another page came is told so.
  await expect.poll(() => page.locator('[aria-live="polite"]').allTextContents()).toContain('Stock · Trueup')
  await page.keyboard.type('AR-5381')
  await page.waitForURL('**/stock?search=AR-5381')
  await expect.poll(() => page.getByRole('row').count()).toBe(2)
  await page.keyboard.press('Escape')
  // Longer than a search waits for the next letter: what was looked for stays.
  await page.waitForTimeout(500)
  expect(page.url()).toContain('/stock?search=AR-5381')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/stock/AR-5381')
  await expect.poll(() => page.getByRole('main').textContent()).toContain('1,085 to spare at 3 facilities − 1,000 threshold = 85')
  const online = page.getByRole('row', { name: /^Online Store adventure-works/ })
  await expect.poll(() => online.textContent()).toMatch(/8585.*Equal/)
  await page.keyboard.press('Escape')
  await page.waitForURL('**/stock?search=AR-5381')
})

const PAGES = [
  ['home', '/'],
  ['files', '/files'],
  ['file', '/files/1'],
  ['feeds', '/feeds'],
  ['feed-guards', '/feeds/adventureworks/guards'],
  ['feed-mapping', '/feeds/adventureworks/mapping'],
  ['sources', '/sources'],
  ['stock', '/stock'],
  ['sku', '/stock/AR-5381'],
  ['jobs', '/jobs'],
  ['job', '/jobs/hard-sync-job'],
  ['pipeline', '/jobs/pipeline'],
  ['timeline', '/jobs/pipeline?section=timeline'],
  ['shops', '/shops'],
  ['shop', '/shops/adventure-works'],
  ['shop-locations', '/shops/adventure-works/locations'],
  ['shop-job-log', '/shops/adventure-works/job-log'],
  ['shop-controls', '/shops/adventure-works/controls'],
  ['shop-shadow', '/shops/adventure-works/shadow'],
  ['shop-webhooks', '/shops/adventure-works/webhooks'],
  ['uploads', '/uploads'],
  ['reports', '/reports'],
  ['facilities', '/facilities'],
  ['brokering', '/brokering'],
  ['kits', '/kits'],
  ['rules', '/rules'],
  ['diff', '/diff'],
  ['proofs', '/proofs'],
  ['proof', '/proofs/1'],
  ['findings', '/findings'],
  ['audit', '/audit'],
  ['health', '/health'],
  ['users', '/users'],
  ['alerts', '/alerts'],
  ['settings', '/settings'],
  ['settings-mine', '/settings/mine'],
  ['settings-file', '/settings/file'],
  ['room', '/rooms/outbox'],
  ['reconcile', '/rooms/reconcile'],
  ['first-steps', '/first-steps/source'],
  ['help', '/help'],
  ['help-manual', '/help/troubleshooting'],
  ['help-code', '/help/ROW_UNITS_NOT_WHOLE'],
] as const

test.each(PAGES)('%s has nothing that shuts a person out, at any width, light or dark', async (name, to) => {
  if (PICTURES) await mkdir(path.resolve(ROOT, PICTURES), { recursive: true })
  const looks = looksAt(name)
  await page.emulateMedia({ colorScheme: looks[0]?.[1] ?? null })
  await page.goto(url(to))
  // One page is looked at from all sides, as by a person who turns a tablet or dims the light: loading it anew took most of the time.
  for (const [width, colorScheme] of looks) {
    await lookAt(page, width, colorScheme)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await expect.poll(() => page.getByLabel('Loading').count()).toBe(0)
    // Who is signed out sees the same calm page under every address, and it has never anything wrong with it.
    expect(await page.getByRole('heading', { level: 1 }).allInnerTexts(), 'what is looked at').not.toContain('Sign in to Trueup')
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(found => `${width} ${colorScheme} ${found.id}: ${found.nodes[0]?.html}`)).toEqual([])
    const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect(beyond, `how far the page goes beyond ${width} pixels`).toBeLessThanOrEqual(0)
    // What stands at the end of a row is its buttons: nobody looks for them by scrolling a table sideways.
    const wider = await page.evaluate<string[]>(
      `[...document.querySelectorAll('table')].filter(table => table.scrollWidth > table.parentElement.clientWidth + 1).map(table => table.textContent.slice(0, 80))`,
    )
    expect(wider, `tables that are wider than their place at ${width} pixels`).toEqual([])
    if (PICTURES && isKept(name, width, colorScheme))
      await page.screenshot({ path: path.resolve(ROOT, PICTURES, `${name}-${width}-${colorScheme}.png`) })
  }
})

test('what a stranger writes into a file, a name or a reason is shown as it stands and never runs', async () => {
  const evil = (place: string) => `"><img src=x onerror="window.hurt='${place}'">${place}`
  const send = async (method: string, to: string, data: Buffer | object) => {
    const headers = { 'x-trueup-console': '1', 'content-type': Buffer.isBuffer(data) ? 'text/csv' : 'application/json' }
    const answered = await page.request.fetch(url(`/api/v1${to}`), { method, headers, data })
    expect(answered.ok(), `${to} ${await answered.text()}`).toBe(true)
    return (await answered.json()) as { fileId?: number }
  }
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const products = `sku,name,upca,erpProductId\n${quoted(evil('sku'))},${quoted(`<script>window.hurt='name'</script>name`)},,evil-1\n`
  await send('POST', '/feeds/products/files?name=products.csv', Buffer.from(products))
  const rows = `externalFacilityId,idType,idValue,availableQty\n${quoted(evil('facility'))},SKU,${quoted(evil('raw'))},1\n`
  const name = encodeURIComponent(`<img src=x onerror=window.hurt='file'>.csv`)
  const file = await send('POST', `/feeds/inventory-reset/files?name=${name}`, Buffer.from(rows))
  await send('POST', '/people', { name: evil('person'), role: 'viewer' })
  await send('PUT', '/alerts/recipients', { name: evil('recipient'), kind: 'email', address: 'a@b.example' })
  await send('POST', '/jobs/check-ledger/pause', { reason: evil('reason') })

  const seen: Record<string, string> = {
    [`/files/${file.fileId}`]: 'facility',
    '/files': "onerror=window.hurt='file'",
    [`/stock?search=${encodeURIComponent(evil('sku'))}`]: 'name',
    [`/stock/${encodeURIComponent(evil('sku'))}`]: 'sku',
    '/users': 'person',
    '/alerts': 'recipient',
    '/audit': 'reason',
    '/jobs/check-ledger': 'reason',
    '/findings': '',
    '/': '',
  }
  for (const [to, text] of Object.entries(seen)) {
    await page.goto(url(to))
    await expect.poll(() => page.getByRole('main').textContent(), { timeout: 20_000 }).toContain(text)
    expect(await page.locator('img[src="x"]').count(), to).toBe(0)
    expect(await page.evaluate('window.hurt'), to).toBeUndefined()
  }
  await send('POST', '/jobs/check-ledger/resume', {})
})

test.each(['In sync', 'Catching up', 'Not in sync', 'Unknown'])('on a phone the head has room for “%s”', async word => {
  await page.setViewportSize({ width: 390, height: 1000 })
  await page.goto(url('/stock/AR-5381'))
  const state = page.getByRole('banner').getByText(/^(In sync|Catching up|Not in sync|Unknown)$/)
  const right = await state.evaluate((node, said) => {
    node.textContent = said
    return node.getBoundingClientRect().right
  }, word)
  const search = await page.getByRole('banner').getByRole('button', { name: 'Where is it stuck?' }).boundingBox()
  // The end of the badge lies beyond its word, and a sign that turns is wider than one that stands still.
  expect((search?.x ?? 0) - right).toBeGreaterThan(20)
})

test('the pages kept to their own policy', () => {
  expect(complaints).toEqual([])
})

/** The demo's file with two rows that nobody can take: half a unit, and a product that nobody knows. */
async function stockWithMistakes(): Promise<Buffer> {
  const text = await readFile(path.join(ROOT, 'data/adventureworks/ProductInventory.tsv'), 'utf8')
  const rows = text.split(/\r?\n/).map(row => row.split('\t'))
  const [half, unknown] = [rows[11], rows[40]]
  if (half === undefined || unknown === undefined) throw new Error('the file of the demo is shorter than it was')
  half[4] = '12.5'
  unknown[0] = '99999'
  return Buffer.from(rows.map(row => row.join('\t')).join('\r\n'))
}

/** Collects what the page says while something else happens. */
function watch(seen: Set<string>): { stop(): Promise<void> } {
  let isOver = false
  const looking = (async () => {
    while (!isOver) seen.add((await answer().textContent()) ?? '')
  })()
  return {
    async stop() {
      isOver = true
      await looking
    },
  }
}

/** Pictures and full counts take every look. */
function looksAt(name: string): readonly Look[] {
  const sample = SAMPLES[PAGES.findIndex(([each]) => each === name) % SAMPLES.length] ?? LOOKS
  return PICTURES ? LOOKS : inSoak({ full: LOOKS, sample })
}

const KEPT = ['home', 'file', 'sku', 'job', 'timeline', 'health', 'help-manual']

function isKept(name: string, width: number, colorScheme: string): boolean {
  const isNarrowToo = name === 'home' || name === 'job'
  return KEPT.includes(name) && (width === 1_600 || (width === 390 && isNarrowToo && colorScheme === 'light'))
}
