import { placeOf } from './place.ts'
import type { Source } from './source.ts'

export type Finding = { line: number; why: string }

type Rule = { pattern: RegExp; why: string; appliesTo(file: string): boolean }

const isSrc = (file: string) => file.startsWith('src/') && !placeOf(file).isTest
const isUnderRoof = (file: string) => isSrc(file) && !file.startsWith('src/app/')
const isPureFile = (file: string) => {
  const place = placeOf(file)
  return place.kind === 'room' && !place.isTest && (place.file === 'pure' || place.file === 'port')
}
const isPureNotPort = (file: string) => isPureFile(file) && !/(^|[/-])port\.ts$/.test(file)
const mayPrint = (file: string) => file.startsWith('src/cli/') || file.startsWith('src/app/')

const RULES: readonly Rule[] = [
  { pattern: /\b(async|await)\b/, why: 'a pure file has nothing asynchronous', appliesTo: isPureFile },
  {
    pattern: /\b(Promise|AbortSignal|AsyncIterable|AsyncGenerator|AsyncIterator)\b/,
    why: 'only a port may name promises and signals',
    appliesTo: isPureNotPort,
  },
  {
    pattern:
      /(?<![.\w])(setTimeout|setInterval|setImmediate|queueMicrotask|fetch|crypto|performance|globalThis|Buffer|console)\b(?!\s*[:?])/,
    why: 'a pure file touches no world',
    appliesTo: isPureFile,
  },
  {
    pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(\(\s*\)|(?!\s*\())|(?<![.\w])Date\s*\(\s*\)/,
    why: 'time is an argument',
    appliesTo: isUnderRoof,
  },
  { pattern: /\bMath\s*\.\s*random\b|\brandomUUID\b|\brandomBytes\b/, why: 'chance is an argument', appliesTo: isUnderRoof },
  { pattern: /\bprocess\b/, why: 'a pure file touches no process', appliesTo: isPureFile },
  {
    pattern: /\bprocess\s*(\.\s*env\b|\[)|\bimport\.meta\.env\b|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/,
    why: 'only src/app/config.ts reads the environment',
    appliesTo: file => isSrc(file) && file !== 'src/app/config.ts',
  },
  {
    pattern: /(?<![.\w])console\s*\.\s*\w+/,
    why: 'only the command line and app print',
    appliesTo: file => isSrc(file) && !mayPrint(file),
  },
  {
    pattern:
      /\b(test|it|describe|suite|bench)\s*(\.\s*\w+\s*)*\.\s*(skip|only|todo|skipIf|runIf|fails)\b|(?<![.\w])(xit|xtest|xdescribe|fit|fdescribe)\s*\(/,
    why: 'no test is skipped, alone or to come',
    appliesTo: () => true,
  },
  { pattern: /\bexport\s*\*/, why: 'no barrels: name what is exported', appliesTo: file => !file.startsWith('test/') },
  { pattern: /@ts-(ignore|nocheck|expect-error)/, why: 'the compiler is not silenced', appliesTo: isSrc },
]

/** What stands in the code itself: purity, time, chance, environment, printing, skipped tests. */
export function codeFindings(file: string, source: Source): Finding[] {
  const found: Finding[] = []
  for (const rule of RULES) {
    if (!rule.appliesTo(file)) continue
    for (const match of source.code.matchAll(new RegExp(rule.pattern, 'g'))) {
      found.push({ line: source.code.slice(0, match.index).split('\n').length, why: `${rule.why}: ${match[0].trim()}` })
    }
  }
  return found.sort((one, other) => one.line - other.line)
}
