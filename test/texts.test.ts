import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseAst } from 'vite'
import { expect, onTestFinished, test } from 'vitest'
import { spokenIn } from '../console/language.ts'

/*
 * What the console says stands in console/src/texts, a file for each part of it, so that it can be said in another language. Here the
 * pages are read as a compiler reads them, for words that stand in them.
 */

const CONSOLE = path.resolve(import.meta.dirname, '../console/src')

/** What a person reads, or has read to them, where it is given as an attribute or a property. */
const READ_BY_PEOPLE: ReadonlySet<string> = new Set([
  ...['title', 'label', 'aria-label', 'placeholder', 'description', 'note', 'lead', 'word', 'confirm', 'alt', 'dismiss'],
])

type Node = { type: string; start: number } & Record<string, unknown>

/** The words in a file that ought to stand in the catalogue, each with its line. */
function wordsIn(code: string): string[] {
  const found: string[] = []
  visit(parseAst(code, { lang: 'tsx' }) as unknown as Node, null)
  return found

  function visit(node: Node, reader: 'people' | null): void {
    switch (node.type) {
      case 'JSXText':
        say(node, String(node.value))
        break
      case 'Literal':
        if (reader === 'people' && typeof node.value === 'string') say(node, node.value)
        return
      case 'TemplateLiteral':
        if (reader === 'people') {
          const parts = node.quasis as { value: { cooked: string } }[]
          say(node, parts.map(part => part.value.cooked).join(''))
        }
        return
      case 'JSXAttribute':
        visitIf(node.value, isRead((node.name as Node).name) ? 'people' : null)
        break
      case 'JSXElement':
      case 'JSXFragment':
        for (const child of node.children as Node[]) visit(child, 'people')
        visitIf(node.openingElement, null)
        break
      case 'JSXExpressionContainer':
        visitIf(node.expression, reader)
        break
      case 'ConditionalExpression':
        visitIf(node.consequent, reader)
        visitIf(node.alternate, reader)
        break
      case 'LogicalExpression':
        visitIf(node.left, node.operator === '&&' ? null : reader)
        visitIf(node.right, reader)
        break
      case 'Property':
        visitIf(node.value, isRead((node.key as Node).name ?? (node.key as Node).value) ? 'people' : null)
        break
      default:
        for (const [name, value] of Object.entries(node)) {
          if (name === 'typeAnnotation' || name === 'typeArguments' || name === 'source') continue
          for (const one of Array.isArray(value) ? value : [value]) visitIf(one, null)
        }
    }
  }

  function visitIf(value: unknown, reader: 'people' | null): void {
    if (typeof value === 'object' && value !== null && typeof (value as Node).type === 'string') visit(value as Node, reader)
  }

  function say(node: Node, text: string): void {
    if (/\p{L}{2}/u.test(text)) found.push(`${code.slice(0, node.start).split('\n').length}: ${text.trim()}`)
  }
}

const isRead = (name: unknown): boolean => typeof name === 'string' && READ_BY_PEOPLE.has(name)

const files = ['frame', 'pages', 'parts'].flatMap(folder =>
  readdirSync(path.join(CONSOLE, folder))
    .filter(name => name.endsWith('.tsx'))
    .map(name => path.join(folder, name)),
)

test('no page says a word of its own', () => {
  expect(files.length).toBeGreaterThan(100)
  const found = files.flatMap(file => wordsIn(readFileSync(path.join(CONSOLE, file), 'utf8')).map(word => `${file} ${word}`))
  expect(found).toEqual([])
})

test.each([
  ['<p>Nothing came yet</p>', ['1: Nothing came yet']],
  ['<p>{isNew ? "New" : `\u0024{count} of them`}</p>', ['1: New', '1: of them']],
  ['<Panel title="Files" className="wide" />', ['1: Files']],
  ['<Chips options={[{ value: "open", label: "Open" }]} />', ['1: Open']],
  ['<Panel title={texts.files} id="files">{texts.many(3)} · {name}</Panel>', []],
  ['<Button variant={isFirst ? "filled" : "default"}>…</Button>', []],
])('%s', (code, words) => expect(wordsIn(`const page = ${code}`)).toEqual(words))

test('in another language a page says what was translated, and the rest in English', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'trueup-texts-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const texts = path.join(folder, 'src/texts')
  mkdirSync(path.join(texts, 'de'), { recursive: true })
  writeFileSync(path.join(texts, 'de/files.ts'), '')
  const page = path.join(folder, 'src/pages/files.tsx')
  const resolved = (language: string | null, source: string) => {
    const { resolveId } = spokenIn(language, texts)
    return (resolveId as (source: string, importer: string) => string | null)(source, page)
  }
  expect(resolved('de', '../texts/files.ts')).toBe(path.join(texts, 'de/files.ts'))
  expect(resolved('de', '../texts/jobs.ts')).toBeNull()
  expect(resolved('de', '../parts/list.tsx')).toBeNull()
  expect(resolved(null, '../texts/files.ts')).toBeNull()
})

/** The manual of the console, and where its words have to stand: as a whole text of the console, or within a sentence of the server. */
const MANUAL = ['troubleshooting.md', 'setting-up-a-feed.md']

test.each(MANUAL)('%s names buttons, pages and states by the words on the screen', file => {
  const inside = (folder: string) =>
    readdirSync(path.resolve(import.meta.dirname, '..', folder))
      .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map(name => readFileSync(path.resolve(import.meta.dirname, '..', folder, name), 'utf8'))
      .join('\n')
  const [screen, server] = [inside('console/src/texts'), ['src/reconcile', 'src/channel', 'src/jobs'].map(inside).join('\n')]
  const manual = readFileSync(path.resolve(import.meta.dirname, '../docs', file), 'utf8').replaceAll('**', '')
  const named = [...manual.matchAll(/\*([A-Z][^*]+)\*/g)].map(found => (found[1] ?? '').replaceAll(/\s+/g, ' '))
  expect(named.length).toBeGreaterThan(3)
  const isSaid = (words: string) => ['', ' …', ':'].some(end => screen.includes(`'${words}${end}'`)) || server.includes(words)
  expect(named.filter(words => !isSaid(words))).toEqual([])
})
