import { z } from 'zod'
import { instant } from './instant.ts'
import { ROLES, SCOPES } from './route.ts'

const name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{C}]+$/u, 'no control characters')
export const PASSWORD_CHARS_MIN = 12
const PASSWORD_CHARS_MAX = 1_000
export const TOKEN_DAYS_MAX = 366

export const person = z
  .object({
    name: z.string(),
    role: z.enum(ROLES),
    createdAt: instant,
    signedInAt: instant.nullable(),
    sessions: z.number().int(),
    /** Known by the single sign-on: has no password here, and takes the role that it says. */ isBySignOn: z.boolean(),
  })
  .meta({ id: 'Person' })

/** The chapters that a token may ask for, each once and in their order; null: all that its role may. */
export const tokenScopes = z
  .array(z.enum(SCOPES))
  .min(1, 'name a chapter, or leave scopes out: then the token may do all that its role may')
  .overwrite(given => SCOPES.filter(one => given.includes(one)))
  .nullable()

export const apiToken = z
  .object({
    name: z.string(),
    role: z.enum(ROLES),
    scopes: z.array(z.enum(SCOPES)).nullable(),
    createdAt: instant,
    createdBy: z.string(),
    expiresAt: instant,
    usedAt: instant.nullable(),
  })
  .meta({ id: 'ApiToken' })

export const peopleList = z.object({ people: z.array(person), tokens: z.array(apiToken) })
export const personGiven = z.object({ name, role: z.enum(ROLES) })
export const roleGiven = z.object({ role: z.enum(ROLES) })
export const personParams = z.object({ name: z.string().min(1).max(100) })
/** Shown this once; nobody can be told it again. */
export const passwordShown = z.object({ name: z.string(), password: z.string() })
export const ownPassword = z.object({
  before: z.string().min(1).max(PASSWORD_CHARS_MAX),
  after: z.string().min(PASSWORD_CHARS_MIN, `at least ${PASSWORD_CHARS_MIN} characters`).max(PASSWORD_CHARS_MAX),
})
export const tokenGiven = z.object({
  name,
  role: z.enum(ROLES),
  scopes: tokenScopes.default(null),
  days: z.number().int().min(1).max(TOKEN_DAYS_MAX),
})
/** Shown this once; what is kept is its digest. */
export const tokenShown = z.object({ name: z.string(), token: z.string(), expiresAt: instant })
/** In how many browsers somebody was signed in. */
export const signedOut = z.object({ sessions: z.number().int() })
/** Said, so that nobody is signed out by a request that meant something else. */
export const signOutGiven = z.object({ everywhere: z.literal(true) })
export const personDone = z.object({ done: z.boolean() })
