import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { parse } from 'yaml'
import { type configurationAnswer, referencesIn } from '../http/contract/configuration.ts'
import type { Wire } from '../http/contract/instant.ts'
import { TrueupError } from '../kernel/error.ts'
import { plain } from '../kernel/plain.ts'
import { openApi } from './api.ts'
import { type Answer, answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import { downloadTo } from './download.ts'
import type { Hands } from './hands.ts'
import { numberOf } from './table.ts'

type Said = Wire<typeof configurationAnswer>
type ApplyOptions = CommonOptions & { dryRun?: true; prune?: true; basedOn?: string }

const ANSWER_MS_MAX = 120_000

/** `trueup config`: the configuration of a house as one file. */
export function configCommand(hands: Hands, ended: (status: number) => void): Command {
  return new Command('config')
    .description('Writes the configuration as one file, or makes it what a file says.')
    .addCommand(exportFile(hands, ended))
    .addCommand(applyFile(hands, ended))
}

function exportFile(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'this is the configuration' }
  const summary = 'Writes sources, feeds, facilities, shops, rules, schedules and alerts as one file, without secrets.'
  return withDataDir(newCommand('export', summary, exits, 'trueup config export trueup.yaml'))
    .argument('[file]', 'where it is to lie; it appears when it is whole (default: standard output)')
    .action(async (file: string | undefined, options: CommonOptions) =>
      ended(
        await answer(hands, options, async () => {
          const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
          if (file === undefined) {
            const text = await new Response(await api.download('/configuration')).text()
            return { status: EXIT.yes, json: { text }, text: text.trimEnd() }
          }
          const bytes = await downloadTo(api, '/configuration', file)
          return { status: EXIT.yes, json: { file, bytes }, text: `${file}: ${numberOf(bytes)} bytes.` }
        }),
      ),
    )
}

function applyFile(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'everything is as the file says', no: 'with --dry-run: something would be changed' }
  const example = 'trueup config apply trueup.yaml --dry-run\n  trueup config apply trueup.yaml'
  return withDataDir(newCommand('apply', 'Makes the house what a file says, all of it or nothing; says what was changed.', exits, example))
    .argument('<file>', 'YAML or JSON, as `trueup config export` writes it')
    .option('--dry-run', 'only say what it would change')
    .option('--prune', 'end what is here and not in the sections that the file has; nothing that people have to be asked about')
    .option('--based-on <mark>', 'the mark that a dry run printed: refused if anything has changed since')
    .action(async (file: string, options: ApplyOptions) => ended(await answer(hands, options, () => apply(hands, file, options))))
}

/** What would be changed is said first, and just that is changed. */
async function apply(hands: Hands, file: string, { dryRun, prune, basedOn, ...options }: ApplyOptions): Promise<Answer> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw unreadable(file, cause)
  })
  const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
  const body = { file: text, secrets: await secretsOf(hands, text, file), isPrune: prune === true, ...(basedOn ? { basedOn } : {}) }
  const seen = await api.post<Said>('/configuration', { ...body, isDryRun: true }, ANSWER_MS_MAX)
  if (dryRun) return { status: seen.differences.length > 0 ? EXIT.no : EXIT.yes, json: seen, text: textOf(seen, 'would be') }
  if (!options.json && seen.differences.length > 0) hands.out.write(`${textOf(seen, 'are to be')}\n`)
  const done = await api.post<Said>('/configuration', { ...body, isDryRun: false, basedOn: seen.basedOn }, ANSWER_MS_MAX)
  return { status: EXIT.yes, json: done, text: countOf(done, 'were') }
}

/** Secrets are read here, where the file is applied. What cannot be parsed is refused by the server, with its place. */
async function secretsOf(hands: Hands, text: string, file: string): Promise<Record<string, string>> {
  const secrets: Record<string, string> = {}
  for (const reference of referencesIn(parsed(text))) {
    const secret = await hands.secretReferred(reference, file)
    if (secret !== null) secrets[reference] = secret
  }
  return secrets
}

function parsed(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return null
  }
}

function textOf(said: Said, word: 'would be' | 'are to be'): string {
  const { differences, warnings, notNamed, basedOn } = said
  const lines = differences.flatMap(({ section, name, kind, fields }) => [
    `${SIGNS[kind]} ${section} ${plain(name)}`,
    ...fields.map(({ field, before, after }) => `    ${field}: ${kind === 'add' ? '' : `${shown(before)} → `}${shown(after)}`),
  ])
  return [
    ...lines,
    ...warnings.map(warning => `! ${plain(warning)}`),
    ...staying(notNamed),
    countOf(said, word),
    ...(word === 'would be' && differences.length > 0 ? [`Apply just this with: --based-on ${basedOn}`] : []),
  ].join('\n')
}

const SIGNS = { add: '+', change: '~', end: '-' } as const
const STAYING_SHOWN_MAX = 20

/** What is here and not in the file: by name, so that nobody has to look for it, and which of it --prune would end. */
function staying(notNamed: Said['notNamed']): string[] {
  if (notNamed.length === 0) return []
  const shown = notNamed.slice(0, STAYING_SHOWN_MAX)
  const isAny = notNamed.some(one => one.isEndable)
  return [
    `${numberOf(notNamed.length)} things are here that the file does not name; they stay as they are.`,
    ...shown.map(({ section, name, isEndable }) => `    ${section} ${plain(name)}${isEndable ? ' (--prune would end it)' : ''}`),
    ...(notNamed.length > shown.length ? ['    …'] : []),
    ...(isAny ? ['Only what can be ended without asking anybody is; a facility, a group, a shop or a location that is mapped stays.'] : []),
  ]
}

function countOf({ differences }: Said, word: string): string {
  if (differences.length === 0) return 'Everything is as the file says.'
  return differences.length === 1
    ? `One thing ${word.replace('were', 'was').replace('are', 'is')} changed.`
    : `${numberOf(differences.length)} things ${word} changed.`
}

const SHOWN_CHARS_MAX = 200

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return plain(text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text)
}

function unreadable(file: string, cause: Error): TrueupError {
  return new TrueupError('CLI_FILE_UNREADABLE', `${file} cannot be read: ${cause.message}`, {
    retry: 'after-operator',
    hint: 'Name a file that you may read.',
    detail: { file },
    cause,
  })
}
