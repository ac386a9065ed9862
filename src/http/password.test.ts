import { expect, test } from 'vitest'
import { hashPassword, isPassword } from './password.ts'

test('a password is kept as argon2id with its cost and salt, and known again', async () => {
  const kept = await hashPassword('correct horse', Buffer.from('0123456789abcdef'))
  expect(kept).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$MDEyMzQ1Njc4OWFiY2RlZg\$[A-Za-z0-9+/]{43}$/)
  expect(await isPassword('correct horse', kept)).toBe(true)
  expect(await isPassword('correct horse ', kept)).toBe(false)
  expect(await isPassword('', kept)).toBe(false)
})

test('the reference implementation of argon2id gives the same tag', async () => {
  // echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32
  const kept = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  expect(await isPassword('password', kept)).toBe(true)
})

test.each(['', 'plain', '$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAA', '$argon2id$v=19$m=8,t=1,p=1$$'])(
  'nothing is the password of %j',
  async kept => {
    expect(await isPassword('password', kept)).toBe(false)
  },
)
