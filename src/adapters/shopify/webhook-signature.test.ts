import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { isSigned } from './webhook-signature.ts'

const body = Buffer.from('{"id":1,"name":"Zoë"}')
const sign = (secret: string, bytes: Buffer = body) => createHmac('sha256', secret).update(bytes).digest('base64')

test.each<[string, string | undefined, string[], boolean]>([
  ['signed with the secret', sign('new'), ['new'], true],
  ['signed with the old secret, which still counts', sign('old'), ['new', 'old'], true],
  ['signed with another secret', sign('guess'), ['new', 'old'], false],
  ['of another body', sign('new', Buffer.from('{"id":2}')), ['new'], false],
  ['of the same body, written otherwise', sign('new', Buffer.from('{"id":1, "name":"Zoë"}')), ['new'], false],
  ['cut short', sign('new').slice(0, 20), ['new'], false],
  ['no base64', '!', ['new'], false],
  ['empty', '', ['new'], false],
  ['not there', undefined, ['new'], false],
  ['no secret is known', sign(''), [], false],
])('%s: %s', (_, signature, secrets, expected) => expect(isSigned(body, signature, secrets)).toBe(expected))
