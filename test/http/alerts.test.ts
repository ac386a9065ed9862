import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import { openTestGate, PASSWORD, type TestGate } from './gate.ts'

/* Whoever knows the address of a Slack channel can write into it: only those who may change it read it. */

const SECRET = 'T0000/B0000/a-path-that-lets-in'
const address = `https://hooks.slack.com/services/${SECRET}`

let house: TestGate
let admin: string
beforeAll(async () => {
  house = await openTestGate()
  admin = await house.signIn(house.admin.name, house.admin.password)
  for (const to of [address, `${address}/moved`])
    await ask(admin, 'PUT', '/alerts/recipients', { name: 'desk', kind: 'slack', address: to })
  await ask(admin, 'PUT', '/alerts/recipients', { name: 'ada', kind: 'email', address: 'ada@example.org' })
})
afterAll(() => house.close())

const ask = (cookie: string, method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, payload?: object) =>
  house.gate.app.inject({
    ...{ method, url: `/api/v1${url}`, headers: { cookie, [CONSOLE_HEADER]: '1' } },
    ...(payload ? { payload } : {}),
  })

test.each(['viewer', 'operator'])('a %s sees who is told and by which means, and no address that lets in', async role => {
  const cookie = await house.signIn(role, PASSWORD)
  const alerts = await ask(cookie, 'GET', '/alerts')
  expect(alerts.json().recipients).toMatchObject([
    { name: 'ada', address: 'ada@example.org' },
    { name: 'desk', kind: 'slack', address: 'https://hooks.slack.com/…' },
  ])
  for (const url of ['/alerts', '/audit', '/audit?action=alert.recipient'])
    expect((await ask(cookie, 'GET', url)).body, url).not.toContain(SECRET)
})

test('an admin reads the whole address, since it is changed by it', async () => {
  expect((await ask(admin, 'GET', '/alerts')).json().recipients).toContainEqual(
    expect.objectContaining({ name: 'desk', address: `${address}/moved` }),
  )
})

test.each([
  [
    'a time zone that there is none of',
    { name: 'x', kind: 'email', address: 'x@example.org', timeZone: 'Mars/Olympus' },
    'HTTP_REQUEST_INVALID',
  ],
  ['a password in the address', { name: 'x', kind: 'webhook', address: 'https://me:hemlig@example.org/hook' }, 'ALERT_ADDRESS_INVALID'],
])('%s is refused before it stops or betrays anything', async (_title, recipient, code) => {
  const answer = await ask(admin, 'PUT', '/alerts/recipients', recipient)
  expect(answer.json()).toMatchObject({ code })
  expect(answer.body).not.toContain('hemlig')
})

test('a test message and the end of a recipient stand in the log, with what was set before and no address that lets in', async () => {
  await ask(admin, 'PUT', '/alerts/recipients', { name: 'gone', kind: 'slack', address, quietFrom: 22, quietTo: 6 })
  expect((await ask(admin, 'POST', '/alerts/recipients/gone/test')).statusCode).toBe(202)
  expect((await ask(admin, 'DELETE', '/alerts/recipients/gone')).statusCode).toBe(200)
  const [removed, tested] = (await ask(admin, 'GET', '/audit?subject=recipient&name=gone')).json().rows
  expect(tested).toMatchObject({ action: 'alert.test', who: house.admin.name, before: null })
  const before = { name: 'gone', kind: 'slack', quietFrom: 22, address: 'https://hooks.slack.com/…' }
  expect(removed).toMatchObject({ action: 'alert.remove', before, after: null })
})

test('who had a finding before, and until when it was silent, stands in the log', async () => {
  const [{ id } = { id: 0 }] = await house.database.db.query<{ id: number }>(
    `insert into reconcile.finding (code, subject, severity, since, found_at, seen_at, evidence, action_label, action_to)
     values ('FEED_SILENT', 'stock', 'risk', $1, $1, $1, 'silent', 'Look', '/feeds') returning finding_id as id`,
    [new Date(house.clock.at)],
  )
  const operator = await house.signIn('operator', PASSWORD)
  const until = new Date(house.clock.at + 3_600_000).toISOString()
  await ask(operator, 'POST', `/health/findings/${id}/take`, { note: 'asked the ERP people' })
  await ask(admin, 'POST', `/health/findings/${id}/take`, {})
  await ask(operator, 'POST', `/health/findings/${id}/silence`, { until, reason: 'holiday' })
  await ask(operator, 'POST', `/health/findings/${id}/silence`, { until: null, aboveUnits: 5, reason: 'small' })
  const { rows } = (await ask(admin, 'GET', '/audit?subject=finding')).json()
  const note = 'asked the ERP people'
  expect(rows.map((row: { before: object; after: object }) => [row.before, row.after])).toEqual([
    [
      { until: Date.parse(until), aboveUnits: null },
      { until: null, aboveUnits: 5 },
    ],
    [
      { until: null, aboveUnits: null },
      { until: Date.parse(until), aboveUnits: null },
    ],
    [
      { takenBy: 'operator', note },
      { takenBy: house.admin.name, note },
    ],
    [
      { takenBy: null, note: null },
      { takenBy: 'operator', note },
    ],
  ])
})
