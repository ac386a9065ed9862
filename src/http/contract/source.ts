import { z } from 'zod'
import { instant } from './instant.ts'

const NAME_CHARS_MAX = 100
const SECRET_CHARS_MAX = 20_000
const PATH_CHARS_MAX = 1_000

export const SOURCE_STATES = ['new', 'ok', 'failing', 'given_up', 'stopped'] as const
export const SOURCE_PROOFS = ['password', 'key', 'agent'] as const

const hostKey = z.object({ type: z.string(), fingerprint: z.string() })

const qualityHour = z.object({
  hour: instant,
  connections: z.number().int(),
  refusals: z.number().int(),
  drops: z.number().int(),
  bytes: z.number().int(),
  connectedMs: z.number().int(),
  /** The mean of the hour; null: nobody was asked. */
  latencyMs: z.number().nullable(),
  latencyMsMax: z.number().int().nullable(),
})

export const sourceInList = z
  .object({
    name: z.string(),
    host: z.string(),
    port: z.number().int(),
    user: z.string(),
    proof: z.enum(SOURCE_PROOFS),
    root: z.string(),
    isEnabled: z.boolean(),
    state: z.enum(SOURCE_STATES),
    code: z.string().nullable(),
    reason: z.string().nullable(),
    failures: z.number().int(),
    hostKey: hostKey.nullable(),
    /** What the server showed last and nobody has accepted. */
    shownHostKey: hostKey.nullable(),
    /** How often it is looked at by itself, unless a schedule of its own says that it is not. */
    lookEverySeconds: z.number(),
    connectSeconds: z.number(),
    idleSeconds: z.number(),
    overallSeconds: z.number(),
    lookedAt: instant.nullable(),
    okAt: instant.nullable(),
    nextLookAt: instant.nullable(),
    feeds: z.array(z.string()),
    /** The last two days, oldest first; hours without a visit are left out. */
    quality: z.array(qualityHour),
    /** Files that are committed here and could not be moved or deleted there. */
    unsettled: z.array(z.object({ name: z.string(), code: z.string(), reason: z.string() })),
  })
  .meta({ id: 'Source' })

export const sourceList = z.object({ rows: z.array(sourceInList) })

const fingerprint = z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'A fingerprint looks like SHA256:… with 43 characters.')

const seconds = z.number().positive().max(86_400)

export const newSource = z
  .object({
    name: z.string().trim().min(1).max(NAME_CHARS_MAX),
    host: z.string().trim().min(1).max(255),
    port: z.number().int().min(1).max(65_535).default(22),
    user: z.string().min(1).max(NAME_CHARS_MAX),
    proof: z.enum(SOURCE_PROOFS),
    /** The password, or the private key; left out: the one that is kept. */
    secret: z.string().min(1).max(SECRET_CHARS_MAX).optional(),
    passphrase: z.string().max(SECRET_CHARS_MAX).optional(),
    root: z.string().min(1).max(PATH_CHARS_MAX).default('/'),
    lookEverySeconds: seconds.min(1).default(15),
    connectSeconds: seconds.default(15),
    idleSeconds: seconds.default(30),
    overallSeconds: seconds.default(3_600),
    isEnabled: z.boolean().default(true),
    /** The key by which the server is known, pinned before the first contact; left out: the one that was accepted. */
    hostKey: z.object({ type: z.string().min(1).max(NAME_CHARS_MAX), fingerprint }).optional(),
  })
  .meta({ id: 'NewSource' })

export const sourceParams = z.object({ name: z.string().min(1).max(NAME_CHARS_MAX) })
export const acceptKey = z.object({ fingerprint })
export const sourceNamed = z.object({ name: z.string() })

/** What a test of a connection came to. A failed one is an answer too. */
export const sourceTested = z
  .object({
    isOk: z.boolean(),
    latencyMs: z.number().nullable(),
    banner: z.string().nullable(),
    code: z.string().nullable(),
    message: z.string(),
    hint: z.string().nullable(),
    shownHostKey: hostKey.nullable(),
  })
  .meta({ id: 'SourceTested' })

export const folderQuery = z.object({ path: z.string().min(1).max(PATH_CHARS_MAX).default('/') })

export const folderListed = z
  .object({
    path: z.string(),
    entries: z.array(
      z.object({ name: z.string(), kind: z.enum(['file', 'folder', 'other']), bytes: z.number().int(), modifiedAt: instant }),
    ),
    /** The folder has more than are shown. */
    isCut: z.boolean(),
  })
  .meta({ id: 'FolderListed' })

/** The server that files are dropped on: what its clients have to be told. */
export const dropServer = z
  .object({
    host: z.string(),
    port: z.number().int(),
    hostKeys: z.array(hostKey),
    users: z.array(z.object({ name: z.string(), home: z.string(), hasPassword: z.boolean(), keys: z.array(hostKey) })),
  })
  .meta({ id: 'DropServer' })

export const newDropUser = z
  .object({
    name: z
      .string()
      .min(1)
      .max(NAME_CHARS_MAX)
      .regex(/^[A-Za-z0-9_][A-Za-z0-9_.@-]*$/, 'A user name has letters, digits and _ . @ - only.'),
    /** Where its files lie; two users may share one. */
    home: z.string().min(1).max(NAME_CHARS_MAX),
    password: z.string().min(8, 'A password has at least 8 characters.').max(NAME_CHARS_MAX).optional(),
    /** Lines of OpenSSH's .pub files; left out: those that are there stay. */
    publicKeys: z.array(z.string().min(1).max(SECRET_CHARS_MAX)).max(50).optional(),
  })
  .meta({ id: 'NewDropUser' })

export const dropUserParams = z.object({ name: z.string().min(1).max(NAME_CHARS_MAX) })
