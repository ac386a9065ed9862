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

const ask = (cookie: string, method: 'GET' | 'PUT', url: string, payload?: object) =>
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
