import { describe, expect, test } from 'vitest'
import { ALLOWED, REFUSED } from './tidy/bad-imports.ts'
import { codeFindings } from './tidy/code-rules.ts'
import { codesIn } from './tidy/error-codes.ts'
import { LINES_LOOK_TWICE, LINES_MAX, lengthFinding, pathFindings, wordFindings } from './tidy/file-rules.ts'
import { refusedImport } from './tidy/import-rules.ts'
import { importsOf, readSource } from './tidy/source.ts'
import { sqlFindings } from './tidy/sql-rules.ts'
import { filesBelow, textOf } from './tidy/tree.ts'

/** Files above 300 lines that were looked at twice and stay as they are, each with its reason. */
const LOOKED_AT_TWICE: Readonly<Record<string, string>> = {
  'console/src/texts/shops.ts': 'what the pages of shops say, a sentence a line',
  'src/jobs/clockwork.test.ts': 'the clockwork on the real library: one house, and each case a story of it',
  'src/feed/store.ts': 'one room, one store: a statement a function, none of them long',
  'src/outbox/store.ts': 'one room, one store: a statement a function, none of them long',
  'src/cli/program.test.ts': 'every command as a shell sees it, one way to run them',
  'src/adapters/formats/delimited.test.ts': 'tables of files, and what is read in each',
  'test/stories/configuration.test.ts': 'one file, two houses: each case goes on from the one before',
  'test/stories/remote-source.test.ts': 'one server of somebody else’s, and everything that happens between us',
  'test/http/gate.ts': 'every room’s routes with what each needs, most of it imports',
  'src/reconcile/explain-store.ts': 'the evidence for one number, a link a statement',
}

describe('the rules refuse what they are there to refuse', () => {
  test.each(REFUSED)('%s may not import %s', (from, specifier) => expect(refusedImport(from, specifier)).not.toBeNull())
  test.each(ALLOWED)('%s may import %s', (from, specifier) => expect(refusedImport(from, specifier)).toBeNull())

  const imports: [string, string, string[]][] = [
    ['over several lines', "import {\n  one,\n  two,\n} from './a.ts'", ['./a.ts']],
    ['of a type', "import type { A } from './a.ts'", ['./a.ts']],
    ['for its effect', "import './a.ts'", ['./a.ts']],
    ['passed on', "export { a } from './a.ts'\nexport * as b from './b.ts'", ['./a.ts', './b.ts']],
    ['when it is needed', "const a = await import('./a.ts')", ['./a.ts']],
    ['as a type in place', "type A = import('./a.ts').A", ['./a.ts']],
    ['computed', `await import(\`./\${name}.ts\`)\nawait import(name)`, ['?', '?']],
    ['by require', "const a = require('./a.cjs')", ['./a.cjs']],
    ['in double quotes', 'import a from "./a.ts"', ['./a.ts']],
    ['mocked', "vi.mock('./a.ts')", ['./a.ts']],
    ['in a comment, which is none', "// import a from './a.ts'\n/* import './b.ts' */ import './c.ts'", ['./c.ts']],
    ['in a text, which is none', "const a = \"import b from './b.ts'\"\nconst c = `\nimport './d.ts'\n`", []],
    ['inside a template', `const a = \`\${await import('./a.ts')} import './b.ts'\``, ['./a.ts']],
    ['after a quote in a regular expression', "const a = /['\"]/.test(b)\nimport('./a.ts')", ['./a.ts']],
    ['after an apostrophe of JSX', "const a = <p>don't</p>\nimport('./a.ts')", ['./a.ts']],
    ['after an import of nothing from', "import from from './a.ts'", ['./a.ts']],
    ['after two on one line', "import a from './a.ts'; import b from './b.ts'", ['./a.ts', './b.ts']],
    ['that is a method of that name', "catalog.import('./a.csv')\nconst from = 'x'", []],
  ]
  test.each(imports)('an import %s is seen for what it is', (_, text, wanted) => {
    const seen = importsOf(readSource(text)).map(one => (one.specifier.includes('${') ? '?' : one.specifier))
    expect(seen).toEqual(wanted)
  })

  const impure: [string, string][] = [
    ['src/feed/arrival.ts', 'export async function a() {}'],
    ['src/feed/arrival.ts', 'const a = () => { await b }'],
    ['src/feed/arrival.ts', 'type A = Promise<number>'],
    ['src/feed/port.ts', 'export const a = async () => 1'],
    ['src/feed/arrival.ts', 'const a = Date.now()'],
    ['src/feed/arrival.ts', 'const a = new Date()'],
    ['src/feed/step.ts', 'const a = new Date'],
    ['src/feed/step.ts', 'const a = Date . now'],
    ['src/jobs/clockwork.ts', 'const a = Math.random()'],
    ['src/adapters/files/spool.ts', 'const a = randomUUID()'],
    ['src/feed/arrival.ts', 'const a = process.platform'],
    ['src/feed/arrival.ts', 'setTimeout(a, 1)'],
    ['src/feed/arrival.ts', "console.log('a')"],
    ['src/feed/step.ts', "console.log('a')"],
    ['src/feed/step.ts', 'const a = process.env.A'],
    ['src/app/wire.ts', "const a = process.env['A']"],
    ['src/app/wire.ts', 'const { env } = process'],
    ['src/app/wire.ts', "export * from './config.ts'"],
    ['src/feed/step.test.ts', "test.skip('a', b)"],
    ['src/feed/step.test.ts', "test.only.each([1])('a', b)"],
    ['test/stories/a.test.ts', "it.todo('a')"],
    ['test/stories/a.test.ts', "describe.skipIf(a)('a', b)"],
  ]
  test.each(impure)('in %s: %s', (file, text) => expect(codeFindings(file, readSource(text))).not.toEqual([]))

  const pure: [string, string][] = [
    ['src/feed/port.ts', 'type A = { a(signal?: AbortSignal): Promise<void> }'],
    ['src/feed/arrival.ts', "// Date.now() is not for here\nconst a = 'await'"],
    ['src/feed/arrival.ts', 'const a = new Date(now).toISOString()'],
    ['src/feed/step.ts', 'const a = clock.now()'],
    ['src/app/world.ts', 'const a = Date.now()'],
    ['src/app/config.ts', 'const a = process.env'],
    ['src/feed/arrival.ts', 'type A = { fetch: number; console?: string }'],
    ['src/cli/status.ts', "console.log('a')"],
    ['src/feed/step.test.ts', "test.each([1])('only %i', only)"],
  ]
  test.each(pure)('in %s nothing is wrong with: %s', (file, text) => expect(codeFindings(file, readSource(text))).toEqual([]))

  const badSql: [string, string][] = [
    ['src/outbox/store.ts', 'update outbox.intent set changed_at = now()'],
    ['src/outbox/store.ts', 'select current_timestamp from outbox.intent'],
    ['src/outbox/store.ts', 'select intent.* from outbox.intent where due_at < CLOCK_TIMESTAMP ()'],
    ['src/outbox/store.ts', 'insert into availability.target (a) values (1)'],
    ['src/outbox/store.ts', 'with gone as (delete from channel.level returning *) select 1'],
    ['src/outbox/store.ts', 'truncate outbox.intent, availability.target'],
    ['src/outbox/store.ts', 'update only catalog.shop set name = $1'],
    ['src/outbox/store.ts', 'copy import.staged_row from stdin'],
    ['src/outbox/store.ts', 'select 1 from outbox.intent join channel.level using (shop_id)'],
    ['src/outbox/store.ts', 'select 1 where exists (select from reconcile.run)'],
    ['src/outbox/store.ts', 'select run_id from jobs.run'],
    ['src/outbox/step.ts', 'select 1 from gate.person'],
    ['src/catalog/store.ts', 'select 1 from feed.file'],
    ['src/jobs/store.ts', 'update street.cursor set position = 0'],
    ['src/jobs/store.ts', 'select 1 from feed.file'],
    ['src/http/store.ts', 'select person_id from gate.person where created_at < now()'],
  ]
  test.each(badSql)('in %s: %s', (file, sql) => expect(sqlFindings(file, readSource(`query(\`\n${sql}\n\`)`))).not.toEqual([]))

  const goodSql: [string, string][] = [
    [
      'src/outbox/store.ts',
      'insert into outbox.intent select $1 from availability.change on conflict (a) do update set units = excluded.units',
    ],
    ['src/outbox/store.ts', "select 1 from catalog.item_link link where detail = 'now() channel.level'"],
    ['src/outbox/store.ts', 'select 1 from outbox.intent for update of intent skip locked -- now()'],
    ['src/outbox/store.ts', 'insert into chosen select 1'],
    ['src/reconcile/store.ts', 'select 1 from channel.level, outbox.intent'],
    ['src/jobs/store.ts', 'delete from jobs.run where run_id < $1'],
  ]
  test.each(goodSql)('in %s nothing is wrong with: %s', (file, sql) =>
    expect(sqlFindings(file, readSource(`query(\`${sql}\`)`))).toEqual([]),
  )

  test.each(['src/utils/text.ts', 'src/feed/helpers/a.ts', 'src/feed/index.ts', 'console/src/lib/a.tsx', 'src/feed/FileState.ts'])(
    'a file may not be called %s',
    file => expect(pathFindings(file)).not.toEqual([]),
  )

  test.each([
    ['src/a.ts', `// ${'TO'}${'DO'} later`],
    ['docs/SPEC.md', `see /${'home'}/somebody/trueup`],
    ['package-lock.json', `"resolved": "https://${'registry'}.example.org/pg"`],
  ])('%s may not say: %s', (file, line) => expect(wordFindings(file, line)).not.toEqual([]))

  test('a file of more than 400 lines is too long', () => {
    expect([lengthFinding('src/a.ts', LINES_MAX), lengthFinding('src/a.ts', LINES_MAX + 1)]).toEqual([null, expect.any(String)])
  })

  test('codes are found where they are thrown, where they are values, and in SQL', () => {
    const text =
      "throw new TrueupError('ODD_ONE', m, o)\nconst a = { code: 'ROW_UNITS_NOT_WHOLE' }\nquery(`select 'FILE_STALE', 'CHANNEL_FAC_GROUP'`)"
    expect(codesIn('src/feed/store.ts', readSource(text))).toEqual(['FILE_STALE', 'ODD_ONE', 'ROW_UNITS_NOT_WHOLE'])
  })
})

describe('the tree keeps the rules', () => {
  const folders = ['src', 'simulator', 'console', 'test', 'bench', 'bin']
  const files = folders.flatMap(filesBelow)
  const sources = new Map(files.filter(file => /\.(ts|tsx)$/.test(file)).map(file => [file, readSource(textOf(file))]))
  const isRules = (file: string) => file === 'test/tidy.test.ts' || file.startsWith('test/tidy/')

  const findings = (judge: (file: string, source: ReturnType<typeof readSource>) => { line: number; why: string }[]) =>
    [...sources]
      .filter(([file]) => !isRules(file))
      .flatMap(([file, source]) => judge(file, source).map(({ line, why }) => `${file}:${line} ${why}`))

  test('there is a tree to look at', () => expect(sources.size).toBeGreaterThan(50))

  test('every import goes where it may', () => {
    const judge = (file: string, source: ReturnType<typeof readSource>) =>
      importsOf(source).flatMap(({ specifier, line }) => {
        const why = refusedImport(file, specifier)
        return why === null ? [] : [{ line, why: `${specifier}: ${why}` }]
      })
    expect(findings(judge)).toEqual([])
  })

  test('pure files are pure; time, chance and the environment are arguments; no test is skipped', () =>
    expect(findings(codeFindings)).toEqual([]))

  test('the SQL of a room is about its own tables and the ones before it, and is told the time', () =>
    expect(findings(sqlFindings)).toEqual([]))

  test('no drawers, no barrels', () => expect(files.flatMap(file => pathFindings(file).map(why => `${file}: ${why}`))).toEqual([]))

  test('no file is longer than 400 lines, and those above 300 were looked at twice', () => {
    const lengths = files.map(file => [file, readSource(textOf(file)).lines] as const)
    expect(lengths.flatMap(([file, lines]) => lengthFinding(file, lines) ?? []).concat(tooLongUnseen(lengths))).toEqual([])
  })

  test('every code has its page in docs/errors, and every page a code', () => {
    const codes = new Set([...sources].flatMap(([file, source]) => codesIn(file, source)))
    const pages = new Set(filesBelow('docs/errors').map(file => file.replace(/^.*\/|\.md$/g, '')))
    const missing = [...codes].filter(code => !pages.has(code)).map(code => `${code} has no page`)
    const orphans = [...pages].filter(page => !codes.has(page)).map(page => `the page ${page} belongs to no code`)
    expect([...missing, ...orphans].sort()).toEqual([])
  })

  test('nothing is put off, and nothing tells on whose machine it was written', () => {
    const rest = ['docs', 'migrations', '.ci'].flatMap(filesBelow)
    const top = filesBelow('.').filter(file => !file.includes('/') && /\.(md|json|ts|js|mjs)$/.test(file))
    const texts = [...files, ...rest, ...top].filter(
      file => !isRules(file) && /\.(ts|tsx|mjs|js|css|html|json|md|sql|yml|sh)$|\/run$/.test(file),
    )
    // The published schema and shops are other people's words.
    const ours = texts.filter(file => !file.startsWith('simulator/shopify/schema/'))
    expect(ours.flatMap(file => wordFindings(file, textOf(file)).map(({ line, why }) => `${file}:${line} ${why}`))).toEqual([])
  })
})

function tooLongUnseen(lengths: readonly (readonly [string, number])[]): string[] {
  const long = lengths.filter(([file, lines]) => lines > LINES_LOOK_TWICE && /\.(ts|tsx|mjs)$/.test(file)).map(([file]) => file)
  const unseen = long
    .filter(file => LOOKED_AT_TWICE[file] === undefined)
    .map(file => `${file} is above ${LINES_LOOK_TWICE} lines: look twice`)
  const gone = Object.keys(LOOKED_AT_TWICE)
    .filter(file => !long.includes(file))
    .map(file => `${file} need not be excused any more`)
  return [...unseen, ...gone]
}
