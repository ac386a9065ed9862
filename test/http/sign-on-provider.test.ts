import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
// @ts-expect-error it comes without types
import { Provider } from 'oidc-provider'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openOidc } from '../../src/adapters/oidc/provider.ts'
import { openTestGate, type TestGate } from './gate.ts'

/* Signing on by a provider that is nobody's imitation: its own pages, its own cookies, its own opinion of what we send. */

let house: TestGate
let server: Server
const BACK = 'http://trueup.test/api/v1/session/sign-on/back'

beforeAll(async () => {
  server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'trueup', client_secret: 'a secret of some length', redirect_uris: [BACK] }],
    claims: { openid: ['sub'], profile: ['preferred_username'], email: ['email', 'email_verified'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'email', 'groups'],
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ sub, preferred_username: `${sub} of the stores`, groups: ['store-ops'] }),
    }),
    pkce: { required: () => true },
  })
  server.on('request', provider.callback())
  house = await openTestGate({
    signOn: {
      ...{ label: 'Example', publicUrl: null, roleOfValue: { 'store-ops': 'operator' }, roleDefault: null },
      provider: openOidc({
        ...{ issuer, clientId: 'trueup', clientSecret: 'a secret of some length' },
        ...{ scope: 'openid profile groups', roleClaim: 'groups' },
      }),
    },
  })
})
afterAll(async () => {
  await house.close()
  await new Promise(resolve => server.close(resolve))
})

const ask = (url: string, cookie: string) => house.gate.app.inject({ method: 'GET', url, headers: { host: 'trueup.test', cookie } })

/** A browser at the provider: follows where it is sent, signs in, agrees, until it is sent back to us. */
async function throughProvider(to: string, name: string): Promise<string> {
  const jar = new Map<string, string>()
  let answer = await visit(to)
  for (let step = 0; step < 12; step += 1) {
    const location = answer.headers.get('location')
    if (location?.startsWith(BACK)) return location
    if (location !== null) {
      to = new URL(location, to).href
      answer = await visit(to)
      continue
    }
    const page = await answer.text()
    const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1] ?? expect.unreachable(page)
    const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, key = '', value = '']) => [
      key,
      value,
    ])
    to = new URL(action, to).href
    const form = new URLSearchParams({ ...Object.fromEntries(hidden), login: name, password: 'whatever' })
    answer = await visit(to, { method: 'POST', body: form })
  }
  return expect.unreachable('the provider does not come to an end')

  async function visit(url: string, init: RequestInit = {}) {
    const cookie = [...jar].map(([key, value]) => `${key}=${value}`).join('; ')
    const got = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } })
    for (const line of got.headers.getSetCookie()) {
      const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(key, value)
    }
    return got
  }
}

test('out, through its pages, and back as who they are there, with the role of their group', async () => {
  const out = await ask('/api/v1/session/sign-on', '')
  const kept = out.cookies.find(one => one.name === 'trueup_sign_on')
  const back = new URL(await throughProvider(String(out.headers.location), 'ada'))
  const came = await ask(`${back.pathname}${back.search}`, `trueup_sign_on=${kept?.value}`)
  expect(came.headers.location).toBe('/')
  const session = came.cookies.find(one => one.name === 'trueup_session')
  expect((await ask('/api/v1/session', `trueup_session=${session?.value}`)).json()).toMatchObject({
    name: 'ada of the stores',
    role: 'operator',
  })
})
