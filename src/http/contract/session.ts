import { z } from 'zod'
import { instant } from './instant.ts'
import { ROLES, SCOPES } from './route.ts'

const NAME_CHARS_MAX = 200
const PASSWORD_CHARS_MAX = 1_000

export const login = z.object({ name: z.string().min(1).max(NAME_CHARS_MAX), password: z.string().min(1).max(PASSWORD_CHARS_MAX) })

export const session = z
  .object({
    name: z.string(),
    role: z.enum(ROLES),
    /** null: not a session of a person but the token of this machine's command line. */
    expiresAt: instant.nullable(),
    /** The chapters to which a token is held; null: to nothing but its role. */
    scopes: z.array(z.enum(SCOPES)).readonly().nullable(),
  })
  .meta({ id: 'Session' })

export const loggedOut = z.object({ signedOut: z.literal(true) })

/** How people may come in beside a name and a password; `to`: where a button leads. */
export const signInWays = z.object({ signOn: z.object({ label: z.string(), to: z.string() }).nullable() })
