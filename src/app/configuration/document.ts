import { type Document, isCollection, isMap, isNode, LineCounter, parseDocument, stringify } from 'yaml'
import { z } from 'zod'
import { configurationFile, type SectionName, secretFieldsOf } from '../../http/contract/configuration.ts'
import { TrueupError } from '../../kernel/error.ts'
import { isNothing } from './difference.ts'
import type { Configuration, KeptSecret } from './present.ts'

/** Something of a file that cannot be: what, and where. */
export type Issue = { code: string; message: string; hint?: string; path: readonly (string | number)[] }

/** A file that was read: what it says with every default, and where each thing stands. */
export type ReadFile = {
  wanted: Configuration
  /** The sections that it has. */
  sections: ReadonlySet<string>
  /** As a person finds it: line and column, and the way through the file. */
  placeOf(path: readonly (string | number)[]): string
}

const ISSUES_SHOWN_MAX = 100
const ALIASES_MAX = 100

/** Reads a file. Throws CONFIG_FILE_UNREADABLE or CONFIG_FILE_REFUSED with every place that does not fit. */
export function readConfigurationFile(text: string): ReadFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const placed = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `line ${line}, column ${col}`
  }
  if (document.errors.length > 0) {
    throw unreadable(document.errors.map(error => ({ at: placed(error.pos[0]), message: error.message })))
  }
  const placeOf = (path: readonly (string | number)[]) =>
    [placed(offsetOf(document, path)), nameOf(path)].filter(part => part !== '').join(', ')
  const plain = plainOf(document)
  const parsed = configurationFile.safeParse(plain)
  if (!parsed.success) throw refusedFile(parsed.error.issues.flatMap(issuesOf), placeOf)
  return { wanted: z.encode(configurationFile, parsed.data) as Configuration, sections: new Set(Object.keys(plain as object)), placeOf }
}

/** An alias that names itself, or very many of them, is found when the values are made. */
function plainOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX })
  } catch (error) {
    throw unreadable([{ at: 'line 1, column 1', message: (error as Error).message }])
  }
}

/** An unknown field is reported at the field itself. */
function issuesOf(issue: z.core.$ZodIssue): Issue[] {
  const path = issue.path as (string | number)[]
  if (issue.code !== 'unrecognized_keys') return [{ code: 'CONFIG_FIELD_INVALID', message: issue.message, path }]
  return issue.keys.map(key => ({
    code: 'CONFIG_FIELD_UNKNOWN',
    message: `There is no field ${JSON.stringify(key)} here.`,
    path: [...path, key],
  }))
}

/** Where a value begins; of one that is missing, where the nearest thing begins that should have it. */
function offsetOf(document: Document, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true)
    const key = path[length - 1]
    const pair = isMap(parent) ? parent.items.find(one => isNode(one.key) && 'value' in one.key && one.key.value === key) : undefined
    if (pair !== undefined && isNode(pair.key) && pair.key.range) return pair.key.range[0]
    const node = isCollection(parent) ? parent.get(key, true) : undefined
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

function nameOf(path: readonly (string | number)[]): string {
  return path.reduce<string>((name, part) => (typeof part === 'number' ? `${name}[${part}]` : name === '' ? part : `${name}.${part}`), '')
}

function unreadable(issues: { at: string; message: string }[]): TrueupError {
  return new TrueupError('CONFIG_FILE_UNREADABLE', 'The file is no YAML and no JSON.', {
    retry: 'never',
    hint: 'Mend it where it is shown; `trueup config export` writes one that can be read.',
    detail: { issues: issues.slice(0, ISSUES_SHOWN_MAX) },
  })
}

/** Nothing of the file was applied; each issue says where and why. */
export function refusedFile(issues: readonly Issue[], placeOf: ReadFile['placeOf']): TrueupError {
  return new TrueupError(
    'CONFIG_FILE_REFUSED',
    `The file does not fit in ${issues.length === 1 ? 'one place' : `${issues.length} places`}; nothing was changed.`,
    {
      retry: 'never',
      hint: 'Mend each place that is listed, and look again with --dry-run.',
      detail: {
        issues: issues.slice(0, ISSUES_SHOWN_MAX).map(({ code, message, hint, path }) => ({
          ...{ at: placeOf(path), code, message },
          ...(hint === undefined ? {} : { hint }),
        })),
      },
    },
  )
}

const FIRST_LINES = `# The configuration of a Trueup house. Apply it with: trueup config apply FILE --dry-run
# Secrets are references (env:NAME or file:PATH) and are read where it is applied; those that are missing stay as they are kept.
`

/** The file of a house: what is here as it is now, archived rules and secrets left out. The same configuration gives the same bytes. */
export function writeConfigurationFile(now: Configuration, kept: readonly KeptSecret[]): string {
  const names = new ReferenceNames()
  const { version, ...sections } = now
  const written = Object.entries(sections)
    .filter(([, entries]) => entries.length > 0)
    .map(([section, entries]) => [section, entries.map(entry => entryOf(section as SectionName, entry, kept, names))])
  return FIRST_LINES + stringify({ version, ...Object.fromEntries(written) }, { lineWidth: 0, aliasDuplicateObjects: false })
}

function entryOf(section: SectionName, entry: object, kept: readonly KeptSecret[], names: ReferenceNames): object {
  const name = (entry as { name: string; code?: string }).code ?? (entry as { name: string }).name
  const own = kept.filter(one => one.section === section && one.name === name)
  const secrets = secretFieldsOf(section, entry).filter(field => own.some(one => one.field === field))
  const references = secrets.map(field => [field, names.of(section, name, field)])
  const within =
    'rules' in entry ? { rules: (entry.rules as { status?: string }[]).filter(rule => rule.status !== 'archived').map(withoutNothing) } : {}
  const locations = 'locations' in entry ? { locations: (entry.locations as object[]).map(withoutNothing) } : {}
  return withoutNothing({ ...entry, ...Object.fromEntries(references), ...within, ...locations })
}

/** Without the fields that say nothing by being there: null, nothing in a list. Nobody in a list of people is something else than no list. */
function withoutNothing(entry: object): object {
  return Object.fromEntries(Object.entries(entry).filter(([field, value]) => !isNothing(value) || (field === 'people' && value !== null)))
}

/** Names of variables made of the names of things; two things never share one. */
class ReferenceNames {
  readonly #taken = new Set<string>()
  of(section: SectionName, name: string, field: string): string {
    const word = `TRUEUP_${section.replace(/s$/, '')}_${name}_${field}`.toUpperCase().replace(/[^A-Z0-9]+/g, '_')
    let free = word
    for (let n = 2; this.#taken.has(free); n += 1) free = `${word}_${n}`
    this.#taken.add(free)
    return `env:${free}`
  }
}
