import path from 'node:path'

export const LINES_MAX = 400
export const LINES_LOOK_TWICE = 300

const DRAWERS = ['utils', 'util', 'common', 'helpers', 'helper', 'shared', 'types', 'lib', 'misc']
const CODE = /\.(ts|tsx|mjs|js|css)$/
const KEBAB = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/

/** What a path alone is refused for. */
export function pathFindings(file: string): string[] {
  const found: string[] = []
  const folders = path.posix.dirname(file).split('/')
  for (const folder of folders) if (DRAWERS.includes(folder)) found.push(`a folder called ${folder} is a drawer: name what is in it`)
  const name = path.posix.basename(file)
  if (/^index\.tsx?$/.test(name)) found.push('no barrels: no index.ts')
  if (CODE.test(name) && !KEBAB.test(name)) found.push('a file name is kebab-case')
  return found
}

export function lengthFinding(file: string, lines: number): string | null {
  if (!CODE.test(file)) return null
  return lines > LINES_MAX ? `${lines} lines; a file has at most ${LINES_MAX}` : null
}

/** Marks of work that was put off, and places and hosts that only the machine knows on which it was written. */
const WORDS: readonly { pattern: RegExp; why: string; appliesTo(file: string): boolean }[] = [
  {
    pattern: new RegExp(['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX\\b', 'HA' + 'CK\\b'].map(word => `\\b${word}`).join('|')),
    why: 'work that was put off',
    appliesTo: () => true,
  },
  {
    pattern: /(?<![\w.:/-])\/(?:work|home|Users|workspace|builds?)\/[\w.-]+/,
    why: 'a path of the machine it was written on',
    appliesTo: () => true,
  },
  {
    pattern: /(?<![\w/-])\/root\/(?!\.?[\w.-]*\.(md|json)\b)[\w.-]+/,
    why: 'a path of the machine it was written on',
    appliesTo: () => true,
  },
  {
    pattern: /(?<![\w$}])\/tmp\/(?!\.X11)[\w.-]+/,
    why: 'a path of the machine it was written on',
    appliesTo: file => /\.(ts|tsx|mjs|json|sql|yml)$/.test(file),
  },
  {
    pattern: /\b(?:registry|npm|artifactory|nexus|verdaccio|mirror)\.[a-z0-9-]+\.[a-z]{2,}(?:[:/]|\b)/i,
    why: 'the host of a package registry',
    appliesTo: () => true,
  },
  { pattern: /\b(?:deb|security|ftp)\.debian\.org\b/i, why: 'the host of a package registry', appliesTo: () => true },
]

export function wordFindings(file: string, text: string): { line: number; why: string }[] {
  const found: { line: number; why: string }[] = []
  text.split('\n').forEach((line, at) => {
    for (const word of WORDS) {
      const match = word.appliesTo(file) ? word.pattern.exec(line) : null
      if (match !== null) found.push({ line: at + 1, why: `${word.why}: ${match[0]}` })
    }
  })
  return found
}
