import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEMO_FEED } from '../../src/app/demo-world.ts'
import { demoDataDir } from '../../src/app/places.ts'
import { FIRST_SFTP_USER, readSftpPassword } from '../../src/app/sftp-users.ts'
import { type FaultyLine, openFaultyLine } from '../network/faulty-line.ts'
import { type OpenConsole, openConsole } from './browser.ts'
import { runAnyway } from './run.ts'
import { type SshServer, startSshServer } from './ssh-server.ts'

/*
 * Scenarios 1 and 2 of the troubleshooting guide, step by step, with OpenSSH's sftp where the guide has FileZilla: "Partial File Processing
 * Due to Connection Failure" and "Incorrect SFTP Location". And after each the better way, in which nobody does anything.
 */
const FILE = path.join(demoDataDir(), 'ProductInventory.tsv')

let home: OpenConsole
let page: OpenConsole['page']
let directory: string
let line: FaultyLine
let sshd: SshServer
let stock: Buffer
const place = (...parts: string[]) => path.join(directory, ...parts)

beforeAll(async () => {
  home = await openConsole()
  page = home.page
  await home.signIn()
  directory = await mkdtemp(path.join(tmpdir(), 'trueup-guide-'))
  stock = await readFile(FILE)
  const { host = '', port = 0 } = home.running.server.sftp ?? {}
  line = await openFaultyLine({ host, port })
  sshd = await startSshServer(directory)
  const dataDir = path.dirname(home.running.server.house.spoolDir)
  await writeFile(place('answer'), `#!/bin/sh\necho '${await readSftpPassword(dataDir)}'\n`)
  await chmod(place('answer'), 0o700)
})
afterAll(async () => {
  await line?.close()
  await sshd?.stop()
  await home?.close()
  await rm(directory, { recursive: true, force: true })
})

const menu = (name: string) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true })
const main = () => page.getByRole('main').textContent()
const inSync = () => expect.poll(() => page.getByRole('region', { name: 'Is stock in sync?' }).textContent(), { timeout: 90_000 })

/** The client that the guide speaks of, one batch of its commands at a time. */
async function client(...commands: string[]): Promise<string> {
  const { code, said } = await attempt(commands, home.running.server.sftp?.port ?? 0)
  if (code !== 0) throw new Error(said)
  return said
}

async function attempt(commands: readonly string[], port: number) {
  await writeFile(place('batch'), `${commands.join('\n')}\n`)
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'PubkeyAuthentication=no', 'BatchMode=no']
  const words = ['-P', String(port), ...options.flatMap(one => ['-o', one]), '-b', place('batch'), `${FIRST_SFTP_USER}@127.0.0.1`]
  return runAnyway('sftp', words, { SSH_ASKPASS: place('answer'), SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' })
}

describe('scenario 1: the connection fails in the middle of an upload', () => {
  let failedName = ''

  test('an upload breaks off, and nothing of it is processed', async () => {
    line.plan({ kind: 'drop', direction: 'up', atByte: 60_000 })
    expect((await attempt([`put ${FILE} /${DEMO_FEED}/inbox/stock.tsv`], line.port)).code).not.toBe(0)
    await menu('Files').click()
    const row = page.getByRole('row', { name: /stock\.tsv/ })
    await expect.poll(() => row.textContent()).toContain('Broke off')
    expect(await home.running.server.house.db.query('select 1 from inventory.movement')).toEqual([])
    // A quarter of an hour passes in which nobody completes it.
    await home.running.server.house.db.query(`update feed.file set changed_at = changed_at - interval '16 minutes'`)
  })

  test('step 1: the SFTP path is navigated to with a client, and shows what failed', async () => {
    await expect.poll(() => client(`ls -1 /${DEMO_FEED}/failed`), { timeout: 20_000 }).toMatch(/_stock\.tsv\.reason\.txt/)
    expect(await client(`ls -1 /${DEMO_FEED}`)).toMatch(/archive[\s\S]*error[\s\S]*failed[\s\S]*inbox/)
  })

  test('step 2: the file is found by the date and time of its import, and says how far it came', async () => {
    const today = new Date().toISOString().slice(0, 10).replaceAll('-', '')
    const listed = await client(`ls -1 /${DEMO_FEED}/failed`)
    failedName =
      listed
        .split('\n')
        .map(one => one.trim().split('/').at(-1) ?? '')
        .find(one => one.endsWith('_stock.tsv')) ?? ''
    expect(failedName).toMatch(new RegExp(`^${today}T\\d{6}Z_\\d+_stock\\.tsv$`))
    await client(`get /${DEMO_FEED}/failed/${failedName}.reason.txt ${place('reason.txt')}`)
    const reason = await readFile(place('reason.txt'), 'utf8')
    expect(reason).toMatch(/Bytes: {4}\d+\nReached: {2}line \d+, which is broken off: /)
    expect(reason).toContain('FILE_INTERRUPTED')
    expect(reason).toContain('Upload the whole file again to inbox/')
  })

  test('step 3: re-uploading brings all of it in; dragging the part back does not', async () => {
    const dragged = await attempt(
      [`rename /${DEMO_FEED}/failed/${failedName} /${DEMO_FEED}/inbox/stock.tsv`],
      home.running.server.sftp?.port ?? 0,
    )
    expect(dragged.code).not.toBe(0)
    await client(`put ${FILE} /${DEMO_FEED}/inbox/stock.tsv`)
    await page.goto(home.url('/'))
    await inSync().toMatch(/^In sync: all 1,4\d\d levels are equal/)
    const [applied] = await home.running.server.house.db.query('select count(*) as n from inventory.movement where file_id is not null')
    expect(applied).toEqual({ n: 1_069 })
  })

  test('uploading it once more is safe: it is known, and changes nothing', async () => {
    await client(`put ${FILE} /${DEMO_FEED}/inbox/again.tsv`)
    await menu('Files').click()
    await page.getByRole('link', { name: 'again.tsv' }).click()
    await expect.poll(main, { timeout: 20_000 }).toContain('Already applied')
  })

  test('the better way: a source is fetched from through the same bad line, and comes whole by itself', async () => {
    await mkdir(place('out'))
    await menu('Sources').click()
    await page.getByRole('button', { name: 'Add a source' }).click()
    const bad = await openFaultyLine({ host: '127.0.0.1', port: sshd.port })
    const adding = page.getByRole('dialog')
    await adding.getByRole('textbox', { name: /^Name( \*)?$/ }).fill('erp')
    await adding.getByRole('textbox', { name: /^Host( \*)?$/ }).fill('127.0.0.1')
    await adding.getByRole('textbox', { name: /^Port( \*)?$/ }).fill(String(bad.port))
    await adding.getByRole('textbox', { name: /^User( \*)?$/ }).fill(sshd.user)
    await adding.getByLabel('Comes in by').selectOption('key')
    await adding.getByLabel('Private key').fill(sshd.privateKey)
    await adding.getByLabel('Highest folder').fill(place('out'))
    await adding.getByLabel('Looked at every so many seconds').fill('1')
    await adding.getByRole('button', { name: 'Add the source' }).click()

    const card = page.locator('section', { has: page.getByRole('heading', { name: 'erp', exact: true }) })
    // The program has looked by itself, and waits for a person.
    await expect.poll(() => card.textContent(), { timeout: 20_000 }).toContain('which nobody has accepted yet')
    await card.getByRole('button', { name: 'Accept this key' }).click()
    await expect.poll(() => card.textContent(), { timeout: 20_000 }).toContain('Trusted')
    await card.getByRole('button', { name: 'Test connection' }).click()
    await expect.poll(() => card.textContent(), { timeout: 20_000 }).toContain('It lets us in')

    await menu('Feeds').click()
    await page.getByRole('button', { name: 'Add a feed' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: /^Name( \*)?$/ }).fill('from-erp')
    await dialog.getByLabel('Layout').selectOption('ADVENTUREWORKS_PRODUCT_INVENTORY')
    await dialog.getByLabel('How they come').selectOption('remote')
    await dialog.getByLabel('Source').selectOption('erp')
    await dialog.getByLabel('Folder there').fill(place('out'))
    await dialog.getByRole('textbox', { name: /^Folder( \*)?$/ }).fill('from-erp')
    await dialog.getByRole('button', { name: 'Add the feed' }).click()
    await page.getByRole('row', { name: /from-erp/ }).waitFor()

    // One unit more of the first product, so that something moves; and lines that make the file long enough to be cut.
    const rows = stock.toString().split('\r\n')
    const first = rows[0]?.split('\t') ?? []
    first[4] = String(Number(first[4]) + 1)
    await writeFile(place('out', 'stock.tsv'), [first.join('\t'), ...rows.slice(1)].join('\r\n'))
    await utimes(place('out', 'stock.tsv'), new Date(), new Date())
    bad.plan({ kind: 'drop', direction: 'down', atByte: 40_000 })
    const fetched = () =>
      home.running.server.house.db.query<{ state: string }>(
        `select f.state from feed.file f join feed.feed e using (feed_id) where e.name = 'from-erp'`,
      )
    for (let tries = 0; tries < 60 && bad.met() === 0; tries++) {
      // The visit that fetches is the one that is to break.
      if (bad.planned() === null) bad.plan({ kind: 'drop', direction: 'down', atByte: 40_000 })
      await new Promise(resolve => setTimeout(resolve, 250))
    }
    bad.plan(null)
    await expect.poll(fetched, { timeout: 60_000 }).toEqual([{ state: 'applied' }])
    expect(bad.met()).toBeGreaterThan(0)
    await page.goto(home.url('/'))
    await inSync().toMatch(/^In sync: all 1,4\d\d levels are equal/)
    await menu('Sources').click()
    await expect.poll(() => card.textContent()).toMatch(/In 48 hours [1-9]\d* drops?/)
    // After the commit it is moved there, so that nobody fetches it twice.
    await expect.poll(() => readdir(place('out')), { timeout: 20_000 }).toEqual(['archive'])
    await card.getByRole('button', { name: 'List folder' }).click()
    await expect.poll(() => page.getByRole('dialog').textContent(), { timeout: 20_000 }).toContain('archive/')
    await page.keyboard.press('Escape')
    await bad.close()
  })
})

describe('scenario 2: a file is put into the wrong place', () => {
  test('a file in a folder with another case is not simply not there', async () => {
    const rows = stock.toString().split('\r\n')
    const first = rows[0]?.split('\t') ?? []
    first[4] = String(Number(first[4]) + 2)
    await writeFile(place('misplaced.tsv'), [first.join('\t'), ...rows.slice(1)].join('\r\n'))
    await client(
      'mkdir /AdventureWorks',
      'mkdir /AdventureWorks/Inbox',
      `put ${place('misplaced.tsv')} /AdventureWorks/Inbox/misplaced.tsv`,
    )
    await menu('Feeds').click()
    await expect.poll(main, { timeout: 45_000 }).toContain('Only upper and lower case differ.')
  })

  test('step 1: the path that it should be in is shown, for copying', async () => {
    const row = page.getByRole('row', { name: new RegExp(`${DEMO_FEED}.*/${DEMO_FEED}/inbox`) })
    expect(await row.textContent()).toContain(`/${DEMO_FEED}/inbox`)
    await row.getByRole('button', { name: `Copy the path of ${DEMO_FEED}` }).click()
    await row.getByRole('button', { name: `Copy the path of ${DEMO_FEED}` }).waitFor()
    await menu('Sources').click()
    const server = page.locator('section', { has: page.getByRole('heading', { name: 'The built-in SFTP server' }) })
    for (const kind of ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa']) {
      await server.getByRole('button', { name: `Copy the fingerprint of the ${kind} key` }).waitFor()
    }
  })

  test('step 2: the manual is one click from the finding', async () => {
    await menu('Feeds').click()
    await page.getByRole('link', { name: 'FEED_FILE_ELSEWHERE' }).first().click()
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toContain('FEED_FILE_ELSEWHERE')
    await expect.poll(main).toContain('Take it in')
  })

  test('the file is taken in with one button, and is applied', async () => {
    await menu('Feeds').click()
    await page.getByRole('button', { name: 'Take it in' }).first().click()
    await page.waitForURL('**/files/*')
    await expect.poll(main, { timeout: 30_000 }).toContain('Applied')
    await page.goto(home.url('/'))
    await inSync().toMatch(/^In sync: all 1,4\d\d levels are equal/)
  })

  test('the better way: the feed takes the folders that the ERP uses already, and only the host changes', async () => {
    await menu('Feeds').click()
    await page.getByRole('button', { name: `Change ${DEMO_FEED}` }).click()
    const dialog = page.getByRole('dialog')
    await dialog
      .getByRole('textbox', { name: /^Folder( \*)?$/ })
      .fill('netsuite/inventoryitem/{csv,archive,failed,required_fields_missing}')
    await dialog.getByLabel('Why?').fill('The ERP keeps its paths.')
    await dialog.getByRole('button', { name: 'Change the feed' }).click()
    await expect.poll(main).toContain('/netsuite/inventoryitem/csv')
    await expect.poll(() => client('ls -1 /netsuite/inventoryitem'), { timeout: 20_000 }).toMatch(/required_fields_missing/)
    await client(`put ${FILE} /netsuite/inventoryitem/csv/daily.tsv`)
    await expect.poll(() => client('ls -1 /netsuite/inventoryitem/archive'), { timeout: 30_000 }).toMatch(/_daily\.tsv/)
    await menu('Audit log').click()
    await expect.poll(main).toContain('The ERP keeps its paths.')
    expect(home.complaints).toEqual([])
  })
})
