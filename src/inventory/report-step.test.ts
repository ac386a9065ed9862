import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { book, reverse } from './document-step.ts'
import { setReason } from './document-store.ts'
import { isReportDue, reportName } from './report.ts'
import { reportStep } from './report-step.ts'
import { setTarget, withoutAccount } from './report-store.ts'

const MINUTE_MS = 60_000
let home: TestDatabase
let now = Date.UTC(2026, 10, 24, 12)
const clock = { now: () => now }
/** Where files go in this test, by name; it can refuse. */
const written = new Map<string, string>()
let isDiskFull = false
const files = {
  async writeWhole({ name }: { name: string }, chunks: AsyncIterable<string>) {
    if (isDiskFull) throw new Error('no space left')
    let text = ''
    for await (const chunk of chunks) text += chunk
    written.set(name, text)
  },
}
const sources = { sellable: { waiting: async () => ({ lines: 0, oldestAt: null }), claim: async () => 0, content: async () => '' } }
const walk = () => reportStep({ db: home.db, clock, files, sources })

beforeAll(async () => {
  home = await openTestDatabase()
  const { db } = home
  await db.query(`insert into catalog.product (name, created_at) values ('Ball', to_timestamp(0))`)
  await db.query(
    `insert into catalog.product_identifier (type, value, product_id) values ('SKU', 'BALL', 1), ('ERP_PRODUCT_ID', '4711', 1)`,
  )
  await db.query(`insert into catalog.facility (code, external_id, name, created_at) values ('NYC', '101', 'New York', to_timestamp(0))`)
  await db.transaction(async tx => {
    await setReason(tx, { reason: 'VAR_DAMAGED', label: 'Damaged', erpAccount: '6010 Shrinkage' })
    for (const kind of ['variances', 'counts'] as const)
      await setTarget(tx, { kind, home: 'erp', folder: kind, isEnabled: true, everyMinutes: 15 })
  })
})
afterAll(() => home.drop())

const deed = (units: number, reason = 'VAR_DAMAGED', comment: string | null = null) =>
  home.db.transaction(tx =>
    book(tx, {
      ...{ kind: 'variance', who: 'anna', effectiveAt: now, now, comment },
      lines: [{ facilityId: 1, productId: 1, bin: null, effect: 'add', units, reason }],
    }),
  )

test('a file is due when it is full or its oldest line has waited', () => {
  const at = (lines: number, minutes: number) => isReportDue({ lines, oldestAt: now - minutes * MINUTE_MS }, { everyMinutes: 15, now })
  expect([at(0, 99), at(1, 14), at(1, 15), at(1_000, 0)]).toEqual([false, false, true, true])
  expect(reportName('variances', 7, now)).toBe('variances-20261124T120000Z-7.csv')
})

test('variances go out in the ERP’s columns, under its account, once; what has no account waits and is told of', async () => {
  await deed(10, 'VAR_FOUND')
  await deed(-2, 'VAR_DAMAGED', 'fell, "hard"')
  await walk()
  expect(written.size).toBe(0)
  now += 15 * MINUTE_MS
  for (let n = 0; n < 3; n++) await walk()
  expect([...written.keys()]).toEqual(['variances-20261124T121500Z-1.csv'])
  const [header, line, rest] = (written.get('variances-20261124T121500Z-1.csv') ?? '').split('\n')
  expect(header).toBe(
    'Reference No,Adjustment Account,Item,Adjust Qty By,Location,Date,Memo,HC Inventory Adj Id,Adjustment Location,Facility Name,Item Tag',
  )
  expect(line).toBe('D2,6010 Shrinkage,4711,-2,101,2026-11-24,"VAR_DAMAGED: fell, ""hard""",2,101,New York,VAR_DAMAGED')
  expect(rest).toBe('')
  expect(await withoutAccount(home.db)).toEqual([{ reason: 'VAR_FOUND', lines: 1 }])
})

test('what is taken back goes out under the account of what it takes back', async () => {
  const { documentId } = await deed(-1)
  await home.db.transaction(tx => reverse(tx, { documentId, who: 'anna', comment: 'by mistake', now }))
  now += 15 * MINUTE_MS
  await walk()
  const lines = ([...written.values()].at(-1) ?? '').trim().split('\n').slice(1)
  expect(lines.map(line => line.split(',').slice(1, 4).join(' '))).toEqual(['6010 Shrinkage 4711 -1', '6010 Shrinkage 4711 1'])
})

test('a disk that is full, or a process that dies before the file is there: the same file is written later, and no line twice', async () => {
  await deed(-1)
  now += 15 * MINUTE_MS
  isDiskFull = true
  const before = written.size
  await expect(walk()).rejects.toThrow('no space left')
  const [stuck] = await home.db.query<{ name: string; message: string }>(
    'select name, message from inventory.report where written_at is null',
  )
  expect(stuck?.message).toBe('no space left')
  isDiskFull = false
  await Promise.all([walk(), walk()])
  await walk()
  expect(written.size).toBe(before + 1)
  expect((written.get(stuck?.name ?? '') ?? '').trim().split('\n')).toHaveLength(2)
  const [claimed] = await home.db.query<{ lines: number; sum: number }>(
    'select count(report_id) as lines, (select sum(lines) from inventory.report) as sum from inventory.own_movement',
  )
  expect(claimed?.sum).toBe(claimed?.lines)
})

test('counts that were taken are acknowledged, once', async () => {
  await home.db.transaction(tx =>
    book(tx, {
      ...{ kind: 'count', who: 'anna', effectiveAt: now, now, reference: 'TASK-9' },
      lines: [{ facilityId: 1, productId: 1, bin: null, effect: 'count', units: 6, reason: 'CYCLE_COUNT' }],
    }),
  )
  now += 15 * MINUTE_MS
  for (let n = 0; n < 2; n++) await walk()
  const acks = [...written].filter(([name]) => name.startsWith('counts-'))
  expect(acks.map(([, text]) => text)).toEqual([expect.stringMatching(/^workEffortId,externalId\n\d+,TASK-9\n$/)])
})

test('more than a file takes is several files', async () => {
  await home.db.query(
    `insert into inventory.own_movement (seq, facility_id, product_id, units, reason, effective_at, recorded_at)
     select 1000000 + n, 1, 1, 1, 'VAR_DAMAGED', $1, $1 from generate_series(1, 1500) n`,
    [new Date(now)],
  )
  now += 15 * MINUTE_MS
  for (let n = 0; n < 4; n++) await walk()
  const sizes = await home.db.query<{ lines: number }>('select lines from inventory.report order by report_id desc limit 2')
  expect(sizes.map(({ lines }) => lines)).toEqual([500, 1_000])
})
