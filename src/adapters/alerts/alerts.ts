import { createHmac } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { messageOf, TrueupError } from '../../kernel/error.ts'
import { addressShown } from '../../reconcile/alert.ts'
import type { Address, AlertPort, Message } from '../../reconcile/alert-port.ts'

const SEND_MS_MAX = 15_000
/** A mail takes several; it is given up after so many times the patience for one. */
const ANSWERS_PER_MAIL = 3
const SECOND_MS = 1_000
/** How much of a refusal is kept to show it. */
const ANSWER_CHARS_MAX = 300

export type AlertsOptions = {
  /** `smtp://user:password@host:port` or `smtps://…`; null: no mail can be sent. */
  smtpUrl: string | null
  mailFrom: string
  fetch: typeof fetch
  unseal(sealed: string): string
  /** How long a receiver may take to answer; a mail is several answers. */
  answerMs?: number
}

/** Mail by SMTP, webhooks signed as Standard Webhooks do, and webhooks that take Slack's form. */
export function alertPort({ smtpUrl, mailFrom, fetch, unseal, answerMs = SEND_MS_MAX }: AlertsOptions): AlertPort {
  const mailMs = answerMs * ANSWERS_PER_MAIL
  return {
    async send(to, message, signal) {
      switch (to.kind) {
        case 'email':
          return sendMail(to, message)
        case 'webhook':
          return post(to, JSON.stringify(payloadOf(message)), message, signal)
        case 'slack':
          return post({ ...to, secretSealed: null }, JSON.stringify({ text: slackText(message) }), message, signal)
      }
    },
  }

  async function sendMail({ address }: Address, message: Message): Promise<void> {
    if (smtpUrl === null) throw noMailServer()
    const patience = { connectionTimeout: answerMs, greetingTimeout: answerMs, socketTimeout: answerMs }
    const transport = createTransport({ url: smtpUrl, ...patience } as { url: string })
    // A server that answers each word at the last moment is let go, too. Closing the transport does not end what it waits for.
    const limit = AbortSignal.timeout(mailMs)
    const tooLong = new Promise<never>((_, reject) =>
      limit.addEventListener('abort', () => reject(new Error(`it took longer than ${mailMs / SECOND_MS} s`)), { once: true }),
    )
    try {
      const mail = transport.sendMail({
        from: mailFrom,
        to: address,
        subject: message.subject,
        text: message.body,
        messageId: `<${message.messageId}@trueup>`,
        date: new Date(message.madeAt),
      })
      await Promise.race([mail, tooLong])
    } catch (cause) {
      throw unsent('ALERT_MAIL_REFUSED', `The mail server did not take the message to ${address}: ${messageOf(cause)}`, cause)
    } finally {
      transport.close()
    }
  }

  async function post({ kind, address, secretSealed }: Address, body: string, message: Message, signal?: AbortSignal): Promise<void> {
    const headers = {
      'content-type': 'application/json',
      ...signatureOf(body, message, secretSealed === null ? null : unseal(secretSealed)),
    }
    const limit = AbortSignal.timeout(answerMs)
    let answer: Response
    try {
      answer = await fetch(address, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      })
    } catch (cause) {
      throw unsent('ALERT_UNREACHABLE', `The receiver did not answer: ${withoutAddress(messageOf(cause), { kind, address })}`)
    }
    if (answer.ok) return void (await answer.body?.cancel().catch(() => {}))
    const said = await beginningOf(answer)
    throw unsent('ALERT_REFUSED', `The receiver answered with status ${answer.status}${said === '' ? '' : `: ${said}`}`)
  }
}

/** An address that no request can be made to is repeated by the refusal, which all may read; it may hold a password, and its path lets in. */
function withoutAddress(reason: string, to: Pick<Address, 'kind' | 'address'>): string {
  return reason.replaceAll(to.address, addressShown(to)).replaceAll(/:\/\/[^\s/@]*@/g, '://…@')
}

/** What a receiver says to its refusal; of one that says very much only the beginning is read. */
async function beginningOf(answer: Response): Promise<string> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let said = ''
  try {
    while (reader !== undefined && said.length < ANSWER_CHARS_MAX) {
      const { done, value } = await reader.read()
      if (done) break
      said += value
    }
  } catch {
    // It broke off: what came says enough.
  }
  await reader?.cancel().catch(() => {})
  return said.slice(0, ANSWER_CHARS_MAX)
}

/** Names of files and products come from outside: in Slack's form three characters would make of them links, or call a whole channel. */
function slackText({ subject, body }: Message): string {
  return `*${subject}*\n${body}`.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function payloadOf({ subject, body, detail, madeAt }: Message) {
  return { type: 'trueup.alert', timestamp: new Date(madeAt).toISOString(), data: { subject, body, ...(detail as object) } }
}

/**
 * The three headers of Standard Webhooks 1.0: id, time in seconds, and `v1,` with the HMAC-SHA256 of `id.time.body`. The key is the
 * secret's bytes, decoded where it has the form `whsec_…`.
 */
export function signatureOf(
  body: string,
  { messageId, madeAt }: Pick<Message, 'messageId' | 'madeAt'>,
  secret: string | null,
): Record<string, string> {
  const timestamp = String(Math.floor(madeAt / SECOND_MS))
  const named = { 'webhook-id': messageId, 'webhook-timestamp': timestamp }
  if (secret === null) return named
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret)
  const signature = createHmac('sha256', key).update(`${messageId}.${timestamp}.${body}`).digest('base64')
  return { ...named, 'webhook-signature': `v1,${signature}` }
}

function noMailServer(): TrueupError {
  return new TrueupError('ALERT_NO_MAIL_SERVER', 'No mail server is set, so no mail can be sent.', {
    retry: 'after-operator',
    hint: 'Set TRUEUP_SMTP_URL to smtp://user:password@host:port and start again.',
  })
}

function unsent(code: string, message: string, cause?: unknown): TrueupError {
  return new TrueupError(code, message, { retry: 'backoff', hint: 'Look at the address; it is tried again by itself.', cause })
}
