import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest'
import { alertPort } from './alerts.ts'

/* Against a real mail server and a real receiver, both on loopback. */
const mails: { to: string[]; text: string }[] = []
let refusesMail = false
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onRcptTo: (_address, _session, done) => done(refusesMail ? new Error('no such mailbox') : null),
  onData(stream, session, done) {
    const chunks: Buffer[] = []
    stream.on('data', chunk => chunks.push(chunk))
    stream.on('end', () => {
      mails.push({ to: session.envelope.rcptTo.map(one => one.address), text: Buffer.concat(chunks).toString() })
      done()
    })
  },
})

const received: { headers: IncomingHttpHeaders; body: string }[] = []
let answersWith = 200
const receiver = createServer((request, response) => {
  let body = ''
  request.on('data', chunk => {
    body += chunk
  })
  request.on('end', () => {
    received.push({ headers: request.headers, body })
    response.writeHead(answersWith).end(answersWith === 200 ? '' : 'not today')
  })
})

let address: string
let smtpUrl: string
beforeAll(async () => {
  await new Promise<void>(listening => receiver.listen(0, '127.0.0.1', listening))
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  const listening = await new Promise<AddressInfo>(resolve => {
    const server = smtp.listen(0, '127.0.0.1', () => resolve(server.address() as AddressInfo))
  })
  smtpUrl = `smtp://127.0.0.1:${listening.port}`
})
afterAll(async () => {
  receiver.close()
  await new Promise<void>(closed => smtp.close(closed))
})
afterEach(() => {
  mails.length = 0
  received.length = 0
  refusesMail = false
  answersWith = 200
})

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes ...').toString('base64')}`
const port = (url: string | null = smtpUrl) =>
  alertPort({ smtpUrl: url, mailFrom: 'trueup@example.org', fetch, unseal: sealed => sealed.replace('sealed ', '') })
const message = {
  ...{
    messageId: '0b7c6a52-7d6f-4b1e-9a55-0d6b8f3a9a11',
    madeAt: Date.UTC(2026, 10, 23, 10),
    subject: 'Trueup: CHANNEL_UNREACHABLE corner',
  },
  ...{
    body: 'Shopify has not answered.\n.\nNext: See the shop',
    detail: { type: 'findings', findings: [{ code: 'CHANNEL_UNREACHABLE' }] },
  },
}

test('a mail arrives whole, with its subject, and the same id at every try', async () => {
  await port().send({ kind: 'email', address: 'stock@example.org', secretSealed: null }, message)
  expect(mails[0]?.to).toEqual(['stock@example.org'])
  expect(mails[0]?.text).toContain('Subject: Trueup: CHANNEL_UNREACHABLE corner')
  expect(mails[0]?.text).toContain(`Message-ID: <${message.messageId}@trueup>`)
  expect(mails[0]?.text).toContain('Next: See the shop')
})

test('a mailbox that is refused, and no mail server at all, are said with what to do', async () => {
  refusesMail = true
  const to = { kind: 'email', address: 'nobody@example.org', secretSealed: null } as const
  await expect(port().send(to, message)).rejects.toMatchObject({
    code: 'ALERT_MAIL_REFUSED',
    message: expect.stringContaining('no such mailbox'),
  })
  await expect(port(null).send(to, message)).rejects.toMatchObject({
    code: 'ALERT_NO_MAIL_SERVER',
    hint: expect.stringContaining('TRUEUP_SMTP_URL'),
  })
})

test('a webhook is signed as its receiver checks it', async () => {
  await port().send({ kind: 'webhook', address, secretSealed: `sealed ${SECRET}` }, message)
  const { headers, body } = received[0] ?? expect.unreachable()
  expect(JSON.parse(body)).toMatchObject({
    type: 'trueup.alert',
    timestamp: '2026-11-23T10:00:00.000Z',
    data: { subject: message.subject },
  })
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64')
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
  expect(headers['webhook-id']).toBe(message.messageId)
  expect(body).not.toContain('thirty-two')
})

test('Slack gets a text and nothing else', async () => {
  await port().send({ kind: 'slack', address, secretSealed: null }, message)
  expect(JSON.parse(received[0]?.body ?? '')).toEqual({ text: `*${message.subject}*\n${message.body}` })
})

test('a file whose name looks like a link or calls a channel is text in Slack, too', async () => {
  const body = '<https://evil.example|Release it> <!channel> & more'
  await port().send({ kind: 'slack', address, secretSealed: null }, { ...message, body })
  const told = '&lt;https://evil.example|Release it&gt; &lt;!channel&gt; &amp; more'
  expect(JSON.parse(received[0]?.body ?? '').text).toBe(`*${message.subject}*\n${told}`)
})

test.each([
  ['a receiver that refuses', 503, 'ALERT_REFUSED', 'status 503: not today'],
  ['a receiver that moved away', 302, 'ALERT_REFUSED', 'status 302'],
] as const)('%s', async (_title, status, code, said) => {
  answersWith = status
  await expect(port().send({ kind: 'webhook', address, secretSealed: null }, message)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(said),
  })
})

test('a receiver that is not there', async () => {
  const gone = { kind: 'webhook', address: 'http://127.0.0.1:9/hook', secretSealed: null } as const
  await expect(port().send(gone, message)).rejects.toMatchObject({ code: 'ALERT_UNREACHABLE', retry: 'backoff' })
})

/** A server on loopback that treats whoever comes as it is told, for one test. */
async function listening(treat: (socket: Socket) => void): Promise<number> {
  const open = new Set<Socket>()
  const server = createSocketServer(socket => {
    open.add(socket)
    socket.on('error', () => {})
    treat(socket)
  })
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  return (server.address() as AddressInfo).port
}

/** Speaks SMTP up to the word, and does then what it is told. */
const smtpUpTo = (last: string, then: (socket: Socket) => void) => (socket: Socket) => {
  socket.write('220 here\r\n')
  socket.on('data', data => {
    const word = data.toString().slice(0, 4)
    if (word === last) then(socket)
    else socket.write(word === 'DATA' ? '354 go on\r\n' : '250 ok\r\n')
  })
}
const hurried = (url: string | null = null) =>
  alertPort({ smtpUrl: url, mailFrom: 'trueup@example.org', fetch, unseal: sealed => sealed, answerMs: 200 })

test.each<[says: string, treat: (socket: Socket) => void]>([
  ['that takes the connection and dies', socket => socket.destroy()],
  ['that dies in the middle of the mail', smtpUpTo('DATA', socket => socket.destroy())],
  ['that takes the connection and says nothing', () => {}],
  ['that falls silent in the middle', smtpUpTo('RCPT', () => {})],
  ['that says one letter a moment, for ever', socket => void setInterval(() => socket.write('2'), 50).unref()],
])('a mail server %s is given up and said to have refused', async (_, treat) => {
  const port = await listening(treat)
  const begunAt = performance.now()
  const to = { kind: 'email', address: 'stock@example.org', secretSealed: null } as const
  await expect(hurried(`smtp://stock:hush@127.0.0.1:${port}`).send(to, message)).rejects.toMatchObject({
    ...{ code: 'ALERT_MAIL_REFUSED', retry: 'backoff', message: expect.not.stringContaining('hush') },
  })
  expect(performance.now() - begunAt).toBeLessThan(2_000)
})

test.each<[says: string, treat: (socket: Socket) => void, code: string, said: string]>([
  ['that does not answer', () => {}, 'ALERT_UNREACHABLE', ''],
  ['that dies', socket => socket.destroy(), 'ALERT_UNREACHABLE', ''],
  [
    'that refuses at endless length',
    socket => {
      socket.write('HTTP/1.1 500 No\r\n\r\n')
      setInterval(() => socket.write('no '.repeat(10_000)), 1).unref()
    },
    ...(['ALERT_REFUSED', `status 500: ${'no '.repeat(100)}`] as const),
  ],
  [
    'that refuses and does not come to the point',
    socket => {
      socket.write('HTTP/1.1 403 No\r\ncontent-length: 900\r\n\r\nbecause')
    },
    ...(['ALERT_REFUSED', 'status 403: because'] as const),
  ],
])('a receiver %s is given up', async (_, treat, code, said) => {
  const address = `http://127.0.0.1:${await listening(treat)}/hook/hush`
  const begunAt = performance.now()
  await expect(hurried().send({ kind: 'webhook', address, secretSealed: null }, message)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(said),
  })
  await expect(hurried().send({ kind: 'slack', address, secretSealed: null }, message)).rejects.toThrow(expect.not.stringContaining('hush'))
  expect(performance.now() - begunAt).toBeLessThan(2_000)
})

test('an address with a password in it, or a path that lets in, is not repeated in the reason', async () => {
  for (const [to, kind] of [
    ['https://ada:hush-hush@127.0.0.1:9/hook', 'webhook'],
    ['http://127.0.0.1:99999/T0000/B0000/hush-hush', 'slack'],
  ] as const) {
    const refused = port().send({ kind, address: to, secretSealed: null }, message)
    const { code, message: why } = await refused.then(
      () => expect.unreachable(),
      thrown => thrown,
    )
    expect([code, why]).toEqual(['ALERT_UNREACHABLE', expect.not.stringContaining('hush-hush')])
  }
})
