import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenConsole, openConsole } from './browser.ts'
import { looksRight, picture } from './dialogs.ts'

/* What a person says to a shop: switching off by hand, looking now, mapping and moving, closing, letting go, and what of an upload. */

const SKU = 'BA-8327'
const SHOP = '/shops/adventure-works'

let home: OpenConsole
let page: OpenConsole['page']
beforeAll(async () => {
  home = await openConsole()
  page = home.page
  await home.signIn()
  await home.running.drop()
})
afterAll(() => home?.close())

const main = () => page.getByRole('main')
const dialog = () => page.getByRole('dialog')
const why = () => dialog().getByRole('textbox', { name: 'Why?' })
const get = async (to: string) => (await page.request.get(home.url(`/api/v1${to}`))).json()
const synced = async () => (await get('/street')).sync.sentence as string
const newestDeed = async () => (await get('/audit')).rows[0] as { action: string; reason: string; after: object }

/** What the shop shows there, also where nothing stands for the location any longer. */
async function shown(location: string): Promise<number | undefined> {
  const rows = await home.running.server.house.db.query<{ units: number }>(
    `select v.available_units as units from channel.level v
       join catalog.location l using (location_id) join catalog.product_identifier k using (product_id)
      where l.name = $1 and k.type = 'SKU' and k.value = $2`,
    [location, SKU],
  )
  return rows[0]?.units
}

let sold: { location: string; units: number }

test('everything is in sync before', async () => {
  await expect.poll(() => synced(), { timeout: 60_000, interval: 500 }).toContain('In sync')
})

test('Sell nothing: a level goes to 0 at once, says why wherever it is explained, and sells again when it is ended', async () => {
  const { targets } = await get(`/stock/${SKU}`)
  const one = targets.find(
    (each: { storedUnits: number; target: { kind: string } }) => each.storedUnits > 0 && each.target.kind === 'facility',
  )
  sold = { location: one.target.location, units: one.storedUnits }
  await page.goto(home.url(`/stock/${SKU}?at=${one.target.shopId}-${one.target.locationId}`))
  await page.getByRole('button', { name: 'Sell nothing' }).click()
  const confirm = dialog().getByRole('button', { name: 'Sell nothing' })
  expect(await confirm.isDisabled(), 'without a reason nothing is done').toBe(true)
  await why().fill('a batch is recalled')
  await looksRight(page, 'sell-nothing')
  await confirm.click()
  await expect.poll(() => main().textContent()).toMatch(/Nothing is sold until (\d+ \w+, )?\d\d:\d\d, by admin: a batch is recalled/)
  await expect.poll(() => shown(sold.location), { timeout: 20_000 }).toBe(0)
  await expect.poll(() => main().textContent(), { timeout: 20_000 }).toMatch(/0 instead of [\d,]+ was told/)
  await page.getByRole('button', { name: 'Sell again' }).click()
  await expect.poll(() => shown(sold.location), { timeout: 20_000 }).toBe(sold.units)
})

test('Pause writing: what the shop shows stays, and the shop’s page names it until somebody ends it', async () => {
  await page.getByRole('button', { name: 'Pause writing' }).click()
  await dialog().getByRole('combobox', { name: 'It ends' }).click()
  await page.getByRole('option', { name: 'when somebody ends it' }).click()
  await why().fill('the shelf is being moved')
  await dialog().getByRole('button', { name: 'Pause writing' }).click()
  await expect.poll(() => main().textContent()).toContain('Writing is paused until somebody ends it, by admin: the shelf is being moved')
  await page.goto(home.url(`${SHOP}/controls`))
  await expect
    .poll(() => page.getByRole('region', { name: 'Switched off by hand' }).first().textContent())
    .toContain('the shelf is being moved')
  await page.getByRole('button', { name: 'Write again' }).click()
  await expect.poll(() => page.getByRole('button', { name: 'Write again' }).count()).toBe(0)
})

test('Sync now: one level where it is explained; a channel, a shop or a location on the page of proofs', async () => {
  await page.goto(home.url(`/stock/${SKU}`))
  await page.getByRole('button', { name: 'Sync now' }).click()
  await page.getByRole('button', { name: 'Being compared' }).waitFor()
  await page.goto(home.url('/proofs'))
  await main().getByRole('button', { name: 'Sync now' }).first().click()
  await looksRight(page, 'sync-now')
  await dialog().getByLabel('Of').selectOption({ label: 'Online' })
  expect(await dialog().getByLabel('Location').count(), 'a channel is shown at every location that stands for it').toBe(0)
  await dialog().getByRole('button', { name: 'Sync now' }).click()
  await expect.poll(() => dialog().count()).toBe(0)
  expect(await newestDeed()).toMatchObject({ action: 'sync.ask' })
  const sync = async () =>
    ((await get('/proofs?kind=sync_now')).rows as { finishedAt: string | null }[]).filter(row => row.finishedAt !== null).length
  await expect.poll(sync, { timeout: 20_000 }).toBe(2)
})

const locations = () => page.getByRole('region', { name: 'Locations', exact: true })

test('a location that stands for something is moved: what becomes of its levels is asked first', async () => {
  await page.setViewportSize({ width: 1_600, height: 1_000 })
  await page.goto(home.url(`${SHOP}/locations`))
  const row = locations().getByRole('row', { name: new RegExp(`^${sold.location}`) })
  await row.getByRole('button', { name: 'End the mapping' }).click()
  await dialog().getByRole('radio', { name: 'They show 0 first' }).check()
  await dialog().getByRole('button', { name: 'Cancel' }).click()

  await page.setViewportSize({ width: 1_600, height: 1_000 })
  await row.getByRole('button', { name: `Move ${sold.location}` }).click()
  await dialog().getByRole('combobox', { name: 'It stands for' }).fill('Online')
  await page.getByRole('option', { name: 'Online (ONLINE)' }).waitFor()
  await page.getByRole('option', { name: 'Online (ONLINE)' }).click()
  await dialog().getByRole('radio', { name: 'They show 0 first' }).check()
  await why().fill('it is built anew')
  await looksRight(page, 'move')
  await dialog().getByRole('button', { name: 'Move', exact: true }).click()
  // The group is shown at another location already.
  await expect.poll(() => dialog().getByRole('alert').textContent()).toContain('mapped to')
  await dialog().getByRole('button', { name: 'Cancel' }).click()
})

test('a facility closes: it is said what that comes to, its mapping ends by way of 0, and it can be opened again', async () => {
  await page.setViewportSize({ width: 1_600, height: 1_000 })
  await page.goto(home.url(`/facilities?search=${encodeURIComponent(sold.location)}`))
  await page.getByRole('button', { name: `Close ${sold.location}` }).click()
  await expect
    .poll(() => dialog().textContent())
    .toMatch(/free units lie there.*of adventure-works shows [\d,]+ units.*ONLINE sells the rest without it/)
  await dialog().getByRole('radio', { name: 'They show 0 first' }).check()
  await why().fill('the lease ends')
  await looksRight(page, 'close-facility')
  await dialog().getByRole('button', { name: 'Close the facility' }).click()
  await expect.poll(() => main().textContent()).toMatch(/Closed.*by admin: the lease ends/)
  await expect.poll(() => shown(sold.location), { timeout: 20_000 }).toBe(0)
  expect(await page.getByRole('region', { name: 'Facilities', exact: true }).getByRole('button', { name: 'Switch off' }).count()).toBe(0)
  await picture(page, 'facilities-closed')
  await page.getByRole('button', { name: `Open ${sold.location} again` }).click()
  await why().fill('the lease goes on')
  await dialog().getByRole('button', { name: 'Open again' }).click()
  await page.getByRole('button', { name: `Close ${sold.location}` }).waitFor()
})

test('the location that nothing stands for any longer is mapped, and nothing has to be asked', async () => {
  const mapped = async () => {
    const found = (await get(`${SHOP}/locations`)).rows.find((row: { name: string }) => row.name === sold.location)
    return found.facility
  }
  await expect.poll(mapped, { timeout: 30_000 }).toBeNull()
  await page.setViewportSize({ width: 1_600, height: 1_000 })
  await page.goto(home.url(`${SHOP}/locations`))
  await page.getByRole('button', { name: `Map ${sold.location}` }).click()
  await dialog().getByRole('combobox', { name: 'It stands for' }).fill(sold.location)
  await page.getByRole('option', { name: new RegExp(`^${sold.location} \\(`) }).click()
  expect(await dialog().getByRole('radio').count()).toBe(0)
  await why().fill('as it was')
  await dialog().getByRole('button', { name: 'Map', exact: true }).click()
  await expect.poll(mapped).not.toBeNull()
  await expect.poll(() => shown(sold.location), { timeout: 90_000, interval: 500 }).toBe(sold.units)
})

test('an upload: Ask Shopify again, Retry what was refused, Cancel what has not begun, each with its reason', async () => {
  await page.request.put(home.url(`/api/v1${SHOP}/access-scope`), {
    headers: { 'x-trueup-console': '1' },
    data: { accessScope: 'read_only', reason: 'so that nothing goes on by itself' },
  })
  // Whoever speaks to the shop just now may write still: he is waited for.
  const ids = await whenNobodySpeaks(uploads)
  const deeds = [
    [ids.running, 'Ask Shopify again', 'Ask Shopify again', 'upload.ask'],
    [ids.refused, 'Retry', 'Retry what was refused', 'upload.retry'],
    [ids.waiting, 'Cancel', 'Cancel the upload', 'upload.cancel'],
  ] as const
  for (const [id, button, confirm, action] of deeds) {
    await page.setViewportSize({ width: 1_600, height: 1_000 })
    await page.goto(home.url(`/uploads/${id}`))
    await main().getByRole('button', { name: button, exact: true }).click()
    await why().fill(`because of ${action}`)
    if (action === 'upload.cancel') await looksRight(page, 'upload-cancel')
    await dialog().getByRole('button', { name: confirm }).click()
    await expect.poll(() => dialog().count()).toBe(0)
    expect(await newestDeed()).toMatchObject({ action, reason: `because of ${action}` })
  }
  await expect.poll(() => main().textContent()).toContain('Cancelled by')
  expect(home.complaints.filter(one => !one.includes('409'))).toEqual([])
})

async function whenNobodySpeaks<T>(then: () => Promise<T>): Promise<T> {
  for (;;) {
    const alone = await home.running.server.house.db.alone('shop 1', then)
    if (alone.ran) return alone.result
    await page.waitForTimeout(50)
  }
}

/** One that Shopify has, one that ended with a refused row, and one that it does not have yet. */
async function uploads(): Promise<{ running: number; refused: number; waiting: number }> {
  const { db } = home.running.server.house
  const at = new Date()
  const rows = await db.query<{ id: number }>(
    `insert into channel.upload (shop_id, state, result, operation_gid, shop_status, calls, levels, calls_done, created_at, started_at)
     values (1, 'running', null, 'gid://shopify/BulkOperation/1', 'RUNNING', 1, 1, 0, $1, $1),
            (1, 'ended', 'completed', 'gid://shopify/BulkOperation/2', 'COMPLETED', 1, 1, 1, $1, $1),
            (1, 'waiting', null, null, null, 1, 1, 0, $1, null)
     returning upload_id as id`,
    [at],
  )
  const [running = 0, refused = 0, waiting = 0] = rows.map(row => row.id)
  const [level] = await db.query<{ locationId: number; productId: number }>(
    'select location_id as "locationId", product_id as "productId" from outbox.intent where shop_id = 1 limit 1',
  )
  const call = '00000000-0000-4000-8000-00000000000a'
  await db.query(
    `insert into channel.call (call_id, shop_id, idempotency_key, kind, body, state, outcome, lease_until, attempts, claimed_at, answered_at, upload_id, upload_ordinal)
     values ($1, 1, $1, 'adjust_available', '{}', 'answered', 'rows_refused', $2, 1, $2, $2, $3, 0)`,
    [call, at, refused],
  )
  await db.query(
    `insert into channel.call_row (call_id, ordinal, location_id, product_id, revision, promised_units, unseen_units, from_units, units, outcome, code)
     values ($1, 0, $2, $3, 1, 7, 0, 5, 7, 'refused', 'CHANNEL_ROW_BUNDLE_PARENT')`,
    [call, level?.locationId, level?.productId],
  )
  return { running, refused, waiting }
}
