import ssh2, { type AuthContext, type Connection, type KeyboardAuthContext, type PublicKeyAuthContext } from 'ssh2'

/** What a client proves itself with. The signature of a key has been checked; the key is `ssh-ed25519 AAAA…`, without a comment. */
export type Proof = { kind: 'password'; password: string } | { kind: 'key'; publicKey: string }

/** Says whose home opens for this name and proof; null: nobody's. */
export type Authenticate = (name: string, proof: Proof) => Promise<{ home: string } | null>

export type LoginOptions = {
  authenticate: Authenticate
  onUser(user: { name: string; home: string }): void
  /** Too many wrong proofs: the connection has to go. */
  onTooMany(): void
  onTrouble(error: unknown): void
}

const METHODS = ['publickey', 'password', 'keyboard-interactive'] as const
const WRONG_PROOFS_MAX = 6

/** Lets a client in by password (asked for in either of the protocol's ways) or by key. */
export function guardLogin(connection: Connection, { authenticate, onUser, onTooMany, onTrouble }: LoginOptions): void {
  let wrong = 0

  const reject = (context: AuthContext, counts: boolean) => {
    if (counts && ++wrong >= WRONG_PROOFS_MAX) onTooMany()
    else context.reject([...METHODS])
  }
  const judge = (context: AuthContext, proof: Proof, isQuestion: boolean) => {
    authenticate(context.username, proof).then(
      user => {
        // A client may ask which of its keys would do; such a question opens nothing and a no costs nothing.
        if (user === null) return reject(context, !isQuestion)
        if (!isQuestion) onUser({ name: context.username, home: user.home })
        context.accept()
      },
      error => {
        onTrouble(error)
        context.reject([...METHODS])
      },
    )
  }

  connection.on('authentication', context => {
    switch (context.method) {
      case 'password':
        return judge(context, { kind: 'password', password: context.password }, false)
      case 'keyboard-interactive':
        return askPassword(context, password => judge(context, { kind: 'password', password }, false))
      case 'publickey': {
        const publicKey = provenKey(context)
        if (publicKey === null) return reject(context, true)
        return judge(context, { kind: 'key', publicKey }, context.signature === undefined)
      }
      default:
        return reject(context, false)
    }
  })
}

function askPassword(context: KeyboardAuthContext, then: (password: string) => void): void {
  context.prompt({ prompt: 'Password: ', echo: false }, answers => then(String(answers[0] ?? '')))
}

/** The key that the client holds, as OpenSSH writes it; null if its signature is not by that key. */
function provenKey(context: PublicKeyAuthContext): string | null {
  const key = ssh2.utils.parseKey(context.key.data)
  if (key instanceof Error) return null
  const { blob, signature, hashAlgo } = context
  if (signature !== undefined && (blob === undefined || key.verify(blob, signature, hashAlgo) !== true)) return null
  return `${key.type} ${key.getPublicSSH().toString('base64')}`
}
