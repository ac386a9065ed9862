import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenConsole, openConsole } from './browser.ts'
import { type Dialogs, openDialogs } from './dialogs.ts'

/* Who may come in, who is told, who sees to what: Users, Alerts, Health and the Job Manager, pressed to the end. */

const JOB = 'Process Uploads to eCommerce'
const SLUG = 'process-uploads-to-ecommerce'

let home: OpenConsole
let page: OpenConsole['page']
let does: Dialogs
beforeAll(async () => {
  home = await openConsole()
  page = home.page
  await home.signIn()
  await home.running.drop()
  does = await openDialogs(home)
})
afterAll(() => home?.close())

const main = () => page.getByRole('main')
const alert = () => does.dialog().getByRole('alert')
const named = (name: string) => page.getByRole('button', { name, exact: true })
const get = (to: string) => does.get(to)
const at = (to: string) => does.at(to)
const gone = () => does.gone()
const signsIn = async (name: string, password: string) => {
  const sent = { headers: { 'x-trueup-console': '1' }, data: { name, password } }
  const other = await home.browser.newContext()
  const answered = await other.request.post(home.url('/api/v1/session'), sent)
  await other.close()
  return answered.ok()
}
/** What is shown once in the open dialog. */
const shownOnce = async () => (await does.dialog().locator('code').textContent()) ?? ''

test('a person is added with a password that is shown once; a name that is taken is refused and says so', async () => {
  await at('/users')
  const dialog = await does.open('Add a person')
  await dialog.getByLabel('Name').fill('admin')
  await page.keyboard.press('Enter')
  await expect.poll(() => alert().textContent()).toMatch(/taken.*HTTP_NAME_TAKEN/)
  await dialog.getByLabel('Name').fill('Erika')
  await dialog.getByLabel('Role').selectOption('operator')
  await page.keyboard.press('Enter')
  await expect.poll(() => dialog.textContent()).toContain('The password of Erika')
  expect(await signsIn('Erika', await shownOnce())).toBe(true)
  await page.keyboard.press('Escape')
  await gone()
  await page.getByRole('row', { name: /^Erika/ }).waitFor()
})

test('a role is changed where it stands, and the last admin stays one', async () => {
  const roleOf = async (name: string) => (await get('/people')).people.find((one: { name: string }) => one.name === name)?.role
  await page.getByLabel('Role of Erika').selectOption('viewer')
  await expect.poll(() => roleOf('Erika')).toBe('viewer')
  await page.getByLabel('Role of Erika').selectOption('operator')
  await expect.poll(() => roleOf('Erika')).toBe('operator')
  await page.getByLabel('Role of admin').selectOption('viewer')
  await expect.poll(() => main().getByRole('alert').textContent()).toContain('HTTP_LAST_ADMIN')
  expect(await roleOf('admin')).toBe('admin')
})

test('a new password ends the old one; a person who is removed cannot come in', async () => {
  const dialog = await does.open('New password for Erika')
  await dialog.getByRole('button', { name: 'Make it' }).click()
  await expect.poll(() => dialog.textContent()).toContain('The new password of Erika')
  const password = await shownOnce()
  expect(await signsIn('Erika', password)).toBe(true)
  await page.keyboard.press('Escape')
  await gone()
  const sessions = async () => (await get('/people')).people.find((one: { name: string }) => one.name === 'Erika')?.sessions
  expect(await sessions()).toBe(1)
  await at('/users')
  await (await does.open('Sign Erika out everywhere')).getByRole('button', { name: 'Sign out everywhere' }).click()
  await gone()
  await expect.poll(sessions).toBe(0)
  const { name } = await (
    await page.request.post(home.url('/api/v1/people'), {
      ...{ headers: { 'x-trueup-console': '1' }, data: { name: 'Max', role: 'viewer' } },
    })
  ).json()
  await at('/users')
  await (await does.open(`Remove ${name}`)).getByRole('button', { name: 'Remove' }).click()
  await gone()
  await expect.poll(() => page.getByRole('row', { name: /^Max/ }).count()).toBe(0)
})

test('a program comes in by a token until somebody ends it', async () => {
  const dialog = await does.open('Make a token')
  await dialog.getByLabel('For which program').fill('netsuite')
  await dialog.getByLabel('Role').selectOption('operator')
  await page.keyboard.press('Enter')
  await expect.poll(() => dialog.textContent()).toContain('The token netsuite')
  const authorization = `Bearer ${await shownOnce()}`
  const status = async () => (await fetch(home.url('/api/v1/stock'), { headers: { authorization } })).status
  expect(await status()).toBe(200)
  await page.keyboard.press('Escape')
  await gone()
  await (await does.open('End the token netsuite')).getByRole('button', { name: 'End it' }).click()
  await gone()
  expect(await status()).toBe(401)
})

test('a program that is held to some chapters gets nothing else, and the list says to which', async () => {
  const dialog = await does.open('Make a token')
  await dialog.getByLabel('For which program').fill('forecast')
  await dialog.getByRole('combobox', { name: 'What it may ask for' }).fill('availab')
  await page.getByRole('option', { name: /^availability/ }).click()
  await page.keyboard.press('Escape')
  await dialog.getByRole('button', { name: 'Make the token' }).click()
  await expect.poll(() => dialog.textContent()).toContain('The token forecast')
  const authorization = `Bearer ${await shownOnce()}`
  const status = async (path: string) => (await fetch(home.url(`/api/v1${path}`), { headers: { authorization } })).status
  expect(await status('/stock')).toBe(200)
  expect(await status('/street')).toBe(403)
  await page.keyboard.press('Escape')
  await gone()
  expect(await page.getByRole('row', { name: /^forecast/ }).textContent()).toContain('availability')
})

test('a recipient is told of what is wrong: a bad address is refused, a test is sent, it is changed and removed', async () => {
  await at('/alerts')
  const dialog = await does.open('Add a recipient')
  await dialog.getByLabel('Name').fill('Operations')
  await dialog.getByLabel('Mail address').fill('nobody')
  await page.keyboard.press('Enter')
  await expect.poll(() => alert().textContent()).toContain('ALERT_ADDRESS_INVALID')
  await dialog.getByLabel('Mail address').fill('stock@adventure-works.example')
  await page.keyboard.press('Enter')
  await gone()
  await does.press('Send Operations a test')
  await expect.poll(() => named('Send Operations a test').textContent()).toBe('Test is on its way')
  await expect.poll(() => page.getByRole('region', { name: 'Messages' }).textContent(), { timeout: 20_000 }).toContain('Operations')
  const change = await does.open('Change Operations')
  await change.getByLabel('Told of').selectOption('stop')
  await change.getByRole('button', { name: 'Save' }).click()
  await gone()
  expect((await get('/alerts')).recipients).toMatchObject([{ name: 'Operations', severityLeast: 'stop' }])
  await (await does.open('Remove Operations')).getByRole('button', { name: 'Remove' }).click()
  await gone()
  expect((await get('/alerts')).recipients).toEqual([])
})

test('a finding is taken by somebody, and silenced with a reason', async () => {
  // One whose cause is the shop's catalogue, and stands: others come and go while the house settles.
  const finding = async () =>
    (await get('/health/findings')).rows.find((one: { code: string }) => one.code === 'CATALOG_ITEM_BUNDLE_PARENT')
  await expect.poll(finding, { timeout: 60_000 }).toBeDefined()
  const { code, subject } = await finding()
  await at('/health')
  const more = `More for ${code} ${subject}`
  const take = await does.open(more, 'I see to it …')
  await take.getByLabel('A note for the others').fill('asked the agency')
  await page.keyboard.press('Enter')
  await gone()
  expect(await finding()).toMatchObject({ takenBy: 'admin', note: 'asked the agency' })
  const silence = await does.open(more, 'Silence …')
  expect(await silence.getByRole('button', { name: 'Silence it' }).isDisabled()).toBe(true)
  await silence.getByLabel('Why').fill('known since Monday')
  await page.keyboard.press('Enter')
  await gone()
  await expect.poll(() => main().textContent()).toContain('Silenced by admin')
})

test('a schedule that is none says so, and cannot be saved', async () => {
  await at(`/jobs/${SLUG}`)
  await page.getByLabel('Frequency').first().selectOption('Own schedule')
  await page.getByLabel('Minute, hour, day, month, weekday').fill('99 * * * *')
  await expect.poll(() => main().getByRole('alert').textContent()).toMatch(/Write five fields.*JOBS_SCHEDULE_INVALID/)
  expect(await named('Save schedule').isDisabled()).toBe(true)
})

test('a run is skipped once, and a job is given to some operators and back to all', async () => {
  const job = () => get(`/jobs/${SLUG}`)
  const [before] = (await job()).nextAt
  await at(`/jobs/${SLUG}`)
  await does.press(`More for ${JOB}`)
  await page.getByRole('menuitem', { name: 'Skip once' }).click()
  await expect.poll(async () => (await job()).nextAt[0] > before).toBe(true)
  await page.getByRole('combobox', { name: 'Only these operators and tokens' }).click()
  await page.getByRole('option', { name: 'Erika' }).click()
  await page.keyboard.press('Escape')
  await does.press('Give it to 1 and admins')
  await expect.poll(() => main().textContent()).toContain('Erika, every admin.')
  // Whoever operates, and was not given it, is offered nothing that would be refused.
  const headers = { 'x-trueup-console': '1' }
  const otto = await (await page.request.post(home.url('/api/v1/people'), { headers, data: { name: 'Otto', role: 'operator' } })).json()
  const his = await home.browser.newContext()
  await his.request.post(home.url('/api/v1/session'), { headers, data: otto })
  const page2 = await his.newPage()
  await page2.goto(home.url(`/jobs/${SLUG}`))
  await page2.getByRole('heading', { name: JOB }).first().waitFor()
  await expect.poll(() => page2.getByLabel('Loading').count()).toBe(0)
  expect(await page2.getByRole('button', { name: `Run ${JOB} now` }).count()).toBe(0)
  expect(await page2.getByRole('button', { name: 'Save schedule' }).count()).toBe(0)
  await page2.goto(home.url('/jobs/import-orders'))
  await page2.getByRole('button', { name: 'Run Import Orders now' }).waitFor()
  await his.close()
  await does.press('Give it to every operator')
  await expect.poll(async () => (await job()).people).toBeNull()
})

test('a shop gets a schedule of its own, is paused and resumed by itself, and runs with all others again', async () => {
  const own = async () => (await get(`/jobs/${SLUG}`)).own[0]?.schedule
  await page.getByLabel('Shop', { exact: true }).selectOption('adventure-works')
  await does.press('Give it its own schedule')
  await page.getByRole('heading', { name: 'Schedule of adventure-works' }).waitFor()
  await page.getByLabel('Frequency').last().selectOption('Hourly')
  await named('Save schedule').last().click()
  await expect.poll(async () => (await own())?.cron).toBe('0 * * * *')
  await does.press('Change the schedule of adventure-works')
  const pause = await does.open(`Pause ${JOB} for adventure-works`)
  await pause.getByLabel('Why?').fill('their sale begins')
  await pause.getByRole('button', { name: `Pause ${JOB}` }).click()
  await gone()
  expect((await own()).paused).toMatchObject({ reason: 'their sale begins' })
  await does.press(`Resume ${JOB} for adventure-works`)
  await expect.poll(async () => (await own()).paused).toBeNull()
  await does.press('Let adventure-works run with all the others')
  await expect.poll(own).toBeUndefined()
})

test('how long the ledger is kept is said with a reason', async () => {
  await at('/settings')
  const dialog = await does.open('Change: Ledger kept')
  await dialog.getByRole('checkbox').first().uncheck()
  await dialog.getByLabel('Months that are kept').fill('36')
  await dialog.getByLabel('Why?').fill('the auditors want three years')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await gone()
  await expect.poll(() => main().textContent()).toContain('36 months')
})

test('what is typed into “Where is it stuck?” is found, and Esc leads back to where one was', async () => {
  await at('/')
  const opener = page.getByRole('button', { name: /^Where is it stuck/ })
  await opener.focus()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('BA-8327')
  await page
    .getByRole('option', { name: /BA-8327/ })
    .first()
    .waitFor()
  await page.keyboard.press('Escape')
  await gone()
  expect(await opener.evaluate(node => node.matches(':focus'))).toBe(true)
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('Audit log')
  await page.getByRole('option', { name: /Audit log/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/audit')
})

test('one’s own password is changed with the present one, and everybody who is signed in with it is out', async () => {
  await at('/users')
  const [before, after] = [page.getByLabel('Present password'), page.getByLabel(/^New password( \*)?$/)]
  await before.fill('guess')
  await after.fill('twelve letters or more')
  await page.keyboard.press('Enter')
  await expect.poll(() => main().getByRole('alert').textContent()).toContain('HTTP_PASSWORD_WRONG')
  await before.fill(home.running.server.newAdmin?.password ?? '')
  await after.press('Enter')
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  await page.getByLabel('Name').fill('admin')
  await page.getByLabel('Password').first().fill('twelve letters or more')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Signed in as admin' }).waitFor()
  await at('/users')
  await main().getByRole('button', { name: 'Sign out everywhere', exact: true }).last().click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  await page.getByLabel('Name').fill('admin')
  await page.getByLabel('Password').first().fill('twelve letters or more')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Signed in as admin' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  expect((await page.request.get(home.url('/api/v1/stock'))).status()).toBe(401)
  // What was refused, and whoever is out: the browser says so.
  expect(home.complaints.filter(one => !/40[0139]/.test(one))).toEqual([])
})
