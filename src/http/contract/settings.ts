import { z } from 'zod'

/** Everything that a house is set to, in the groups and the order in which it is shown. */
export const SETTING_NAMES = {
  house: ['objectiveMinutes', 'ledgerKeptMonths', 'ledgerNeedsExport', 'recipients'],
  program: ['version', 'node', 'roles', 'log', 'dataDir'],
  doors: ['http', 'https', 'proxy', 'publicUrl', 'webhooks', 'sftp', 'signOn', 'mail', 'mailFrom'],
  data: ['database', 'databaseVersion', 'databaseBytes', 'migrations', 'secretKey', 'hostKeys'],
  kept: [...['runs', 'jobLog', 'jobLogRows', 'proofs', 'findings', 'streetHistory', 'files', 'requestKeys', 'appliedLines']],
  limits: [
    ...['requestsPerMinute', 'bodyBytes', 'bodyMs', 'uploadBytes', 'uploadSilenceMs'],
    ...['sessionIdleMs', 'sessionMs', 'passwordFailures', 'passwordChars', 'tokenDays', 'pageRows'],
  ],
} as const

type Names = typeof SETTING_NAMES
export type SettingGroup = keyof Names
export type SettingName = Names[SettingGroup][number]

const GROUPS = Object.keys(SETTING_NAMES) as SettingGroup[]
const NAMES = Object.values(SETTING_NAMES).flat() as SettingName[]

/** By whom a value was chosen: in the console, by a variable or flag at the start, by nobody (its default), or by the program itself. */
export const SETTING_SOURCES = ['console', 'variable', 'default', 'program'] as const

export const setting = z
  .object({
    name: z.enum(NAMES),
    /** null: not set, or not kept for any time in particular. Never a secret. */
    value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).nullable(),
    unit: z.enum(['bytes', 'ms', 'minutes', 'days', 'months', 'rows', 'characters', 'times']).nullable(),
    setBy: z.enum(SETTING_SOURCES),
    /** The variables that set it at the start. */
    variables: z.array(z.string()),
  })
  .meta({ id: 'Setting' })

export const settingsShown = z.object({
  groups: z.array(z.object({ group: z.enum(GROUPS), settings: z.array(setting) })),
})

const OBJECTIVE_MINUTES_MAX = 1_440
const REASON_CHARS_MAX = 400

/** How long a change may take until the shop shows it, before stock counts as not in sync. */
export const objectiveGiven = z.object({
  minutes: z.number().int().min(1).max(OBJECTIVE_MINUTES_MAX),
  reason: z.string().trim().min(3, 'say why').max(REASON_CHARS_MAX),
})
export const objective = z.object({ minutes: z.number().int() })
