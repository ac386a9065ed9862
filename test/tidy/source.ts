/*
 * Reads enough of a TypeScript file to judge it: what is code, what is comment, what is text. Not a parser: strings,
 * templates and regular expressions are told apart, so that an import in a comment or in a fixture is not taken for one.
 */

export type Text = { value: string; line: number }

export type Source = {
  /** The code with comments blanked and every text replaced by `"§n"`; lines stay where they are. */
  code: string
  /** The texts, by their number in `code`. The code between `${` and `}` of a template stands in `code`, not here. */
  texts: Text[]
  lines: number
}

const BEFORE_REGEX = /(^|[(,=:[!&|?{};+\-*%<>~^\n]|\b(?:return|typeof|case|in|of|do|else|void|delete|await|yield|throw|new))\s*$/

export function readSource(text: string): Source {
  const texts: Text[] = []
  let code = ''
  let line = 1
  let at = 0

  const keepLines = (passed: string) => {
    const breaks = passed.split('\n').length - 1
    line += breaks
    return '\n'.repeat(breaks)
  }
  const pushText = (value: string, startLine: number) => {
    texts.push({ value, line: startLine })
    return `"§${texts.length - 1}"`
  }

  readCode(null)
  return { code, texts, lines: text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0) }

  /** Reads until the end, or until the brace that closes a template's `${`. */
  function readCode(until: '}' | null) {
    let depth = 0
    while (at < text.length) {
      const two = text.slice(at, at + 2)
      const one = text.charAt(at)
      if (two === '//') code += pass(lineEnd())
      else if (two === '/*') code += pass(after('*/'))
      else if (one === '"' || one === "'") readString(one)
      else if (one === '`') readTemplate()
      else if (one === '/' && BEFORE_REGEX.test(code.slice(-40)) && regexEnd() !== null) code += pass(regexEnd() ?? at)
      else {
        if (one === '{') depth += 1
        if (one === '}') {
          if (depth === 0 && until !== null) return
          depth -= 1
        }
        if (one === '\n') line += 1
        code += one
        at += 1
      }
    }
  }

  function pass(end: number): string {
    const passed = text.slice(at, end)
    at = end
    return ` ${keepLines(passed)}`
  }

  function lineEnd(): number {
    const end = text.indexOf('\n', at)
    return end < 0 ? text.length : end
  }

  function after(mark: string): number {
    const end = text.indexOf(mark, at + 2)
    return end < 0 ? text.length : end + mark.length
  }

  /** A quote without its partner on the same line is an apostrophe of JSX, not a string. */
  function readString(quote: string) {
    let end = at + 1
    while (end < text.length && text.charAt(end) !== quote && text.charAt(end) !== '\n') end += text.charAt(end) === '\\' ? 2 : 1
    if (text.charAt(end) === quote) {
      const value = text.slice(at + 1, end)
      code += pushText(value, line) + keepLines(value)
      at = end + 1
    } else {
      code += quote
      at += 1
    }
  }

  function readTemplate() {
    const startLine = line
    const place = texts.push({ value: '', line: startLine }) - 1
    let value = ''
    at += 1
    code += `"§${place}"`
    while (at < text.length && text.charAt(at) !== '`') {
      if (text.startsWith('${', at)) {
        at += 2
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the mark that a value stands here
        value += '${}'
        code += ' ('
        readCode('}')
        at += 1
        code += ') '
      } else {
        const length = text.charAt(at) === '\\' ? 2 : 1
        const piece = text.slice(at, at + length)
        value += piece
        code += keepLines(piece)
        at += length
      }
    }
    at += 1
    texts[place] = { value, line: startLine }
  }

  function regexEnd(): number | null {
    let isInClass = false
    for (let end = at + 1; end < text.length && text.charAt(end) !== '\n'; end += 1) {
      const one = text.charAt(end)
      if (one === '\\') end += 1
      else if (one === '[') isInClass = true
      else if (one === ']') isInClass = false
      else if (one === '/' && !isInClass) {
        const flags = /^[a-z]*/.exec(text.slice(end + 1))?.[0] ?? ''
        return end + 1 + flags.length
      }
    }
    return null
  }
}

export type Import = { specifier: string; line: number; isType: boolean; isReexport: boolean }

const STATIC = /\b(import|export)\b([^;"'()]*?)\bfrom\s*"§(\d+)"/g
const BARE = /\bimport\s*"§(\d+)"/g
const CALLED = /\b(?:import|require)\s*\(\s*("§(\d+)"\s*(?=[,)])|)/g
/** `vi.mock('…')` and `import('…').T` reach a file as much as an import does. */
const MOCKED = /\bvi\s*\.\s*(?:mock|doMock|importActual)\s*\(\s*"§(\d+)"/g

/** Every file or package that a source reaches, however it says so. A computed one is the specifier `?`. */
export function importsOf(source: Source): Import[] {
  const found: Import[] = []
  const lineAt = (index: number) => source.code.slice(0, index).split('\n').length
  const textOf = (number: string | undefined) => source.texts[Number(number)]?.value ?? '?'
  for (const match of source.code.matchAll(STATIC)) {
    const [, word, clause, number] = match
    found.push({
      specifier: textOf(number),
      line: lineAt(match.index),
      isType: /^\s*type\b/.test(clause ?? ''),
      isReexport: word === 'export',
    })
  }
  for (const match of source.code.matchAll(BARE))
    found.push({ specifier: textOf(match[1]), line: lineAt(match.index), isType: false, isReexport: false })
  for (const match of source.code.matchAll(MOCKED))
    found.push({ specifier: textOf(match[1]), line: lineAt(match.index), isType: false, isReexport: false })
  for (const match of source.code.matchAll(CALLED)) {
    if (/[.\w$]$/.test(source.code.slice(0, match.index).trimEnd().slice(-1)) && /\.\s*$/.test(source.code.slice(0, match.index))) continue
    found.push({ specifier: match[2] === undefined ? '?' : textOf(match[2]), line: lineAt(match.index), isType: false, isReexport: false })
  }
  return found.sort((one, other) => one.line - other.line)
}
