import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestGate, type TestGate } from './gate.ts'

let house: TestGate
let consoleDir: string
let port: number
beforeAll(async () => {
  const outside = await mkdtemp(path.join(tmpdir(), 'trueup-console-'))
  await writeFile(path.join(outside, 'secret.txt'), 'secret')
  consoleDir = path.join(outside, 'console')
  await mkdir(path.join(consoleDir, 'assets'), { recursive: true })
  await writeFile(
    path.join(consoleDir, 'index.html'),
    '<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__"><title>Trueup</title>',
  )
  await writeFile(path.join(consoleDir, 'assets', 'main-abc123.js'), 'export {}')
  await writeFile(path.join(consoleDir, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  house = await openTestGate({ consoleDir })
  port = (await house.gate.listen({ host: '127.0.0.1', port: 0 })).port
})
afterAll(async () => {
  await house.close()
  await rm(path.dirname(consoleDir), { recursive: true, force: true })
})

test.each(['/', '/files', '/files/12?code=X', '/stock/AR-5381', '/stock/BA%2F8327'])(
  '%s is the console, never kept, with a nonce of its own',
  async url => {
    const [one, other] = [await house.gate.app.inject(url), await house.gate.app.inject(url)]
    expect([one.statusCode, one.headers['content-type'], one.headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache',
    ])
    const nonce = /content="([^"]+)"/.exec(one.body)?.[1]
    expect(one.headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`)
    expect(other.body).not.toBe(one.body)
  },
)

test('what has its digest in its name is kept for a year, the rest is asked for again', async () => {
  const script = await house.gate.app.inject('/assets/main-abc123.js')
  expect([script.statusCode, script.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable'])
  expect((await house.gate.app.inject('/icon.svg')).headers['cache-control']).toBe('no-cache')
})

test.each([
  ['/assets/gone-abc.js', 404],
  ['/api/v1/nothing', 404],
  ['/api/nothing', 404],
])('%s is a problem document and not the console', async (url, status) => {
  const answer = await house.gate.app.inject(url)
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'application/problem+json; charset=utf-8'])
})

test.each([
  '/../secret.txt',
  '/assets/../../secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e/secret.txt',
  '/assets/..%5c..%5csecret.txt',
  '//secret.txt',
])('nothing outside comes out by %s', async target => {
  const answer = await rawGet(target)
  expect(answer).toMatch(/^HTTP\/1\.1 [34]\d\d /)
  expect(answer).not.toMatch(/secret$/)
})

test('whoever watches gets the street at once and again when it looks different', async () => {
  const gone = new AbortController()
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/events`, {
    headers: { authorization: `Bearer ${house.cliToken}` },
    signal: gone.signal,
  })
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const streets: { sync: { state: string }; rooms: { room: string; stuck: number }[] }[] = []
  const read = (async () => {
    for await (const { name, data } of eventsOf(answer)) if (name === 'street') streets.push(JSON.parse(data))
  })().catch(() => {})
  await expect.poll(() => streets.length).toBe(1)
  await house.database.db.query(`update feed.file set state = 'held' where file_id = 2`)
  house.gate.changed()
  await expect.poll(() => streets.length).toBe(2)
  expect(streets.map(street => street.rooms.find(room => room.room === 'import')?.stuck)).toEqual([1, 2])
  gone.abort()
  await read
})

test('a watcher without a session is told so by a proper answer', async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/events`)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([401, 'application/problem+json; charset=utf-8'])
})

/** As the bytes come, since a client would tidy the path up before sending it. */
function rawGet(target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`))
    let text = ''
    socket.setEncoding('utf8').on('data', chunk => {
      text += chunk
    })
    socket.once('end', () => resolve(text)).once('error', reject)
  })
}

async function* eventsOf(answer: Response): AsyncIterable<{ name: string; data: string }> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const [, name, data] = /^event: (.+)\ndata: (.+)$/.exec(block) ?? []
      if (name !== undefined && data !== undefined) yield { name, data }
    }
  }
}
