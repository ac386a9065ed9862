import { createHash } from 'node:crypto'
import { recordAudit } from '../../db/audit.ts'
import type { Db, Tx } from '../../db/connection.ts'
import { within } from '../../db/within.ts'
import { type configurationAnswer, isReference, type SectionName, secretFieldsOf } from '../../http/contract/configuration.ts'
import type { Answer } from '../../http/contract/instant.ts'
import type { Route, Who } from '../../http/contract/route.ts'
import { isPassword } from '../../http/password.ts'
import { jobCalled } from '../../jobs/job.ts'
import { givenParameters } from '../../jobs/parameters.ts'
import type { Clock } from '../../kernel/clock.ts'
import { messageOf, TrueupError } from '../../kernel/error.ts'
import { callerOf } from './call.ts'
import { carryOut, letFollow } from './deeds.ts'
import { type Difference, differencesOf, type Item, itemsOf, namedTwice, notNamed } from './difference.ts'
import { type Issue, type ReadFile, readConfigurationFile, refusedFile, writeConfigurationFile } from './document.ts'
import { end, endable } from './ends.ts'
import { type KeptSecret, presentConfiguration } from './present.ts'

export type ApplyDeps = {
  db: Db
  clock: Clock
  unseal(sealed: string): string
  /** The routes by which things are changed, on this database; what they would wake is put into `later`. */
  routes(db: Db, later: (() => unknown)[]): readonly Route[]
}

type Asked = { file: string; secrets: Readonly<Record<string, string>>; isDryRun: boolean; isPrune: boolean; basedOn?: string | undefined }

/** Held while a file is applied: two do not mix. */
const APPLY_LOCK = 7_283_021

/**
 * Makes a house what a file says, all of it or nothing, and says what was changed. A dry run does the same and takes it back, so that it
 * finds whatever applying would find. Throws CONFIG_FILE_UNREADABLE, CONFIG_FILE_REFUSED and CONFIG_CHANGED_MEANWHILE.
 */
export async function applyConfiguration(deps: ApplyDeps, asked: Asked, who: Who): Promise<Answer<typeof configurationAnswer>> {
  const read = readConfigurationFile(asked.file)
  const later: (() => unknown)[] = []
  const taken = new TakenBack()
  const answer = await deps.db
    .transaction(async tx => {
      await tx.query('select pg_advisory_xact_lock($1)', [APPLY_LOCK])
      const done = await inTransaction(deps, { tx, read, asked, who, later })
      if (asked.isDryRun) throw taken.with(done)
      return { ...done, isApplied: true }
    })
    .catch((thrown: unknown) => {
      if (thrown === taken && taken.answer !== null) return taken.answer
      throw thrown
    })
  if (answer.isApplied) for (const wake of later) await wake()
  return answer
}

/** What a dry run ends its transaction with. */
class TakenBack extends Error {
  answer: Answer<typeof configurationAnswer> | null = null
  with(answer: Answer<typeof configurationAnswer>): this {
    this.answer = answer
    return this
  }
}

type Work = { tx: Tx; read: ReadFile; asked: Asked; who: Who; later: (() => unknown)[] }

async function inTransaction(deps: ApplyDeps, { tx, read, asked, who, later }: Work): Promise<Answer<typeof configurationAnswer>> {
  const { now, kept } = await presentConfiguration(tx)
  const basedOn = digest(writeConfigurationFile(now, kept) + kept.map(one => one.value).join())
  if (asked.basedOn !== undefined && asked.basedOn !== basedOn) throw changedMeanwhile()
  const warnings: string[] = []
  const present = itemsOf(now, keptDigest(deps, kept), jobName)
  const given = givenSecret(asked)
  const wanted = itemsOf(read.wanted, secret => digestOrNull(given(secret.reference)), jobName).map(asKept)
  await settleSecrets({ present, wanted, kept, secretOf: item => field => given(referenceOf(read, item, field)) })
  const twice = namedTwice(wanted)
  if (twice.length > 0) throw refusedFile(twice.map(twiceIssue), read.placeOf)
  const missing = missingSecrets(read.wanted, given)
  for (const { name, reference } of missing) warnings.push(`${name}: ${reference} was not given; what is kept stays.`)

  const left = notNamed(present, wanted)
  const sourcesInUse = new Set(now.feeds.map(feed => feed.source))
  const ends = endable(left, { sections: read.sections, sourcesInUse, who: who.name })
  const ended: Difference[] = asked.isPrune
    ? ends.map(item => ({ kind: 'end', item: { ...item, at: [item.at[0] ?? ''] }, fields: [] }))
    : []
  const differences = [...differencesOf(present, wanted), ...ended.reverse()]
  const issues: Issue[] = []
  const call = callerOf(deps.routes(within(tx), later), who)
  const attempt = (difference: Difference, deed: typeof carryOut) =>
    atPlace(tx, difference.item, issues, () =>
      deed(
        {
          ...{ tx, clock: deps.clock, who: who.name, call },
          secretOf: field => given(referenceOf(read, difference.item, field)),
          unsealed: sealed => (sealed === null ? null : deps.unseal(sealed)),
          warn: warning => warnings.push(warning),
        },
        difference,
      ),
    )
  for (const [at, difference] of differences.entries()) {
    await attempt(difference, difference.kind === 'end' ? (of, { item }) => end(of, item) : carryOut)
    // When the last feed is made, those that follow another may.
    const isLastFeed = difference.item.kind === 'feeds' && differences[at + 1]?.item.kind !== 'feeds'
    if (!isLastFeed) continue
    for (const one of differences.filter(isFollowing)) await attempt(one, letFollow)
  }
  if (issues.length > 0) throw refusedFile(issues.map(withMissing(missing)), read.placeOf)
  if (differences.length > 0) await onRecord(tx, { deps, who, differences })
  return {
    isApplied: false,
    differences: differences.map(({ kind, item, fields }) => ({ section: item.kind, name: item.name, kind, fields })),
    warnings: [...new Set(warnings)],
    notNamed: left.flatMap(item => {
      const isEndable = ends.includes(item)
      return isEndable && asked.isPrune ? [] : [{ section: item.kind, name: item.name, isEndable }]
    }),
    basedOn,
  }
}

function isFollowing({ item, fields }: Difference): boolean {
  return item.kind === 'feeds' && fields.some(({ field, after }) => field === 'follows' && after !== null)
}

/** What fails is taken back by itself, so that whatever else is wrong is found too. */
async function atPlace(tx: Tx, item: Item, issues: Issue[], work: () => Promise<void>): Promise<void> {
  await tx.query('savepoint deed')
  try {
    await work()
    await tx.query('release savepoint deed')
  } catch (thrown) {
    await tx.query('rollback to savepoint deed')
    const issue = issueOf(thrown, item)
    if (issue === null) throw thrown
    issues.push(...issue)
  }
}

function issueOf(thrown: unknown, { at }: Item): Issue[] | null {
  if (thrown instanceof TrueupError) return [{ code: thrown.code, message: thrown.message, hint: thrown.hint, path: at }]
  const { issues } = thrown as { issues?: { path: (string | number)[]; message: string }[] }
  if (!Array.isArray(issues)) return null
  return issues.map(({ path, message }) => ({ code: 'CONFIG_FIELD_INVALID', message, path: [...at, ...path] }))
}

/** Whoever is told that there is no password is told which variable or file was to hold it. */
function withMissing(missing: readonly Missing[]): (issue: Issue) => Issue {
  return issue => {
    const own = missing.filter(({ at }) => at.join('.') === issue.path.slice(0, at.length).join('.'))
    const said = own.map(({ reference }) => ` ${reference} was not given.`).join('')
    return { ...issue, message: `${issue.message}${said}` }
  }
}

function twiceIssue({ name, at }: Item): Issue {
  return { code: 'CONFIG_NAMED_TWICE', message: `${name} stands in the file before.`, hint: 'Say everything of it in one entry.', path: at }
}

async function onRecord(
  tx: Tx,
  { deps, who, differences }: { deps: ApplyDeps; who: Who; differences: readonly Difference[] },
): Promise<void> {
  const done = differences.map(({ kind, item }) => `${kind} ${item.kind} ${item.name}`)
  const deed = { action: 'configuration.apply', subject: 'house', name: 'configuration', before: null, after: { done } }
  await recordAudit(tx, { at: deps.clock.now(), who: who.name, ...deed })
}

/** A job by any of its names; one that there is not stays as it was written, and is refused where it is set. */
function jobName(given: string): string {
  return jobCalled(given)?.slug ?? given
}

/** Parameters are kept by our own names: what is written by HotWax's is the same. */
function asKept(item: Item): Item {
  const job = item.kind === 'schedules' ? jobCalled(String(item.value.job)) : undefined
  if (job === undefined) return item
  try {
    return { ...item, value: { ...item.value, parameters: givenParameters(job, item.value.parameters as Record<string, string>) } }
  } catch (thrown) {
    if (thrown instanceof TrueupError) return item
    throw new Error(messageOf(thrown), { cause: thrown })
  }
}

type Given = (reference: string | undefined) => string | undefined

/** An address that is written as it is stands for itself; every other secret is a reference. */
function givenSecret({ secrets }: Asked): Given {
  return reference => (reference === undefined || isReference(reference) ? secrets[reference ?? ''] : reference)
}

/** References in the file that nobody gave a secret for. */
function missingSecrets(wanted: ReadFile['wanted'], given: Given): Missing[] {
  const { version: _, ...sections } = wanted
  return Object.entries(sections).flatMap(([section, entries]) =>
    entries.flatMap((entry, place) =>
      secretFieldsOf(section as SectionName, entry).flatMap(field => {
        const { name, code, [field]: reference } = entry as unknown as Record<string, string | undefined>
        return reference === undefined || given(reference) !== undefined
          ? []
          : [{ name: code ?? name ?? '', reference, at: [section, place] }]
      }),
    ),
  )
}

type Missing = { name: string; reference: string; at: readonly (string | number)[] }

function referenceOf({ wanted }: ReadFile, item: Item, field: string): string | undefined {
  const [section, place] = item.at
  const entry = wanted[section as SectionName]?.[place as number] as Record<string, unknown> | undefined
  return entry?.[field] as string | undefined
}

function keptDigest({ unseal }: ApplyDeps, kept: readonly KeptSecret[]) {
  return ({ section, name, field }: { section: SectionName; name: string; field: string }) => {
    const found = kept.find(one => one.section === section && one.name === name && one.field === field)
    if (found === undefined) return null
    return found.as === 'sealed' ? digest(unseal(found.value)) : found.value
  }
}

/**
 * What cannot be compared by its digest: a password is checked as at the door, and a refresh token is another one since it was entered. Where
 * it is right as it is, what is wanted is what is kept.
 */
async function settleSecrets(of: {
  present: readonly Item[]
  wanted: Item[]
  kept: readonly KeptSecret[]
  secretOf(item: Item): (field: string) => string | undefined
}): Promise<void> {
  for (const [at, item] of of.wanted.entries()) {
    const before = of.present.find(one => one.kind === item.kind && one.name === item.name)
    for (const field of ['password', 'refreshToken']) {
      const [is, given] = [before?.secrets[field], of.secretOf(item)(field)]
      if (is === undefined || given === undefined) continue
      if (field === 'refreshToken' || (await isPassword(given, is))) of.wanted[at] = { ...item, secrets: { ...item.secrets, [field]: is } }
    }
  }
}

function digestOrNull(secret: string | undefined): string | null {
  return secret === undefined ? null : digest(secret)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function changedMeanwhile(): TrueupError {
  return new TrueupError('CONFIG_CHANGED_MEANWHILE', 'Somebody has changed the configuration since these differences were shown.', {
    retry: 'after-operator',
    hint: 'Look at the differences again with --dry-run, and apply then.',
  })
}
