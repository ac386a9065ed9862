import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseAst } from 'vite'

/*
 * What the console asks the server to change, and the browser test that presses it until the server has said yes. That nothing is missing
 * here is held by test/pressed.test.ts, which reads the console; that it is so, by each test when it closes its console.
 */

export const PRESSED: Readonly<Record<string, readonly string[]>> = {
  console: ['POST /session', 'POST /feeds/*/files'],
  'correct-stock': [
    'POST /ledger/documents',
    'POST /ledger/documents/*/reverse',
    'POST /ledger/scheduled/*/cancel',
    'PUT /stock/*/settings',
    'PUT /shops/*/orders/*/assignment',
    'POST /shops/*/orders/*/rejections',
    'PUT /facilities/*/switches',
    'PUT /kits/*',
  ],
  'first-steps': [
    'POST /samples',
    'POST /samples/*/preview',
    'PUT /feeds/*/settings',
    'POST /feeds/*/rows',
    'POST /simulated-shop',
    'PUT /shops/*/locations/*/mapping',
    'POST /shops/*/shadow/compare',
    'POST /shops/*/live',
  ],
  'mapping-editor': ['POST /samples/*/review'],
  'guide-scenario-4': [
    'PUT /jobs/*/schedule',
    'POST /jobs/*/schedule/preview',
    'POST /jobs/*/run',
    'POST /jobs/*/pause',
    'POST /jobs/*/resume',
  ],
  'guide-scenarios-1-and-2': [
    'POST /sources',
    'POST /sources/*/accept',
    'POST /sources/*/test',
    'POST /feeds',
    'PUT /feeds/*',
    'POST /strays/*/take-in',
  ],
  'guide-scenarios-3-and-5': ['PUT /shops/*/access-scope', 'POST /shops/*/check'],
  'shop-dialogs': [
    'POST /controls',
    'POST /controls/*/end',
    'POST /sync-now',
    'POST /facilities/*/close',
    'POST /facilities/*/open',
    'POST /uploads/*/ask',
    'POST /uploads/*/retry',
    'POST /uploads/*/cancel',
    'POST /shops/*/locations/*/move',
  ],
  settings: ['POST /configuration', 'PUT /objective'],
  'people-pages': [
    'PUT /ledger/policy',
    'POST /people',
    'POST /people/*/password',
    'PUT /people/*/role',
    'POST /people/*/sign-out',
    'POST /session/everywhere',
    'DELETE /people/*',
    'POST /people/tokens',
    'DELETE /people/tokens/*',
    'PUT /session/password',
    'DELETE /session',
    'PUT /alerts/recipients',
    'DELETE /alerts/recipients/*',
    'POST /alerts/recipients/*/test',
    'POST /health/findings/*/take',
    'POST /health/findings/*/silence',
    'POST /jobs/*/skip',
    'PUT /jobs/*/people',
    'DELETE /jobs/*/schedule',
  ],
  'pipeline-pages': ['POST /jobs/runs/*/again', 'POST /jobs/runs/*/end', 'POST /jobs/queued/*/end'],
  'file-pages': [
    'POST /files/*/release',
    'POST /files/*/reject',
    'POST /files/*/undo',
    'POST /files/*/again',
    'POST /files/*/cancel',
    'POST /files/*/rows/retry',
    'POST /catalog/identifiers',
    'POST /catalog/facility-aliases',
    'POST /strays/*/dismiss',
    'POST /sources/*/look',
    'POST /drop-server/users',
  ],
  'shop-pages': [
    'POST /rules',
    'PUT /rules/*',
    'POST /rules/groups',
    'POST /rules/preview',
    'POST /rules/*/activate',
    'POST /rules/*/archive',
    'PUT /report-targets/*',
    'POST /proofs/*/release',
    'PUT /shops/*/credential',
    'PUT /shops/*/foreign-policy',
    'POST /shops/*/foreign/*/decide',
    'PUT /shops/*/choice',
    'POST /shops/*/choice/preview',
    'POST /shops/*/locations/*/leave',
    'POST /shops/*/switch-off',
    'POST /shops/*/switch-on',
    'PUT /shops/*/shadow',
    'POST /shops',
    'POST /groups',
  ],
}

/** What a browser test was to press, and what no request of its pages asked for. `sent`: requests that were answered with a yes. */
export function notPressed(testPath: string, sent: readonly string[]): string[] {
  const wanted = PRESSED[path.basename(testPath).replace('.test.ts', '')] ?? []
  return wanted.filter(change => !sent.some(one => isOfKind(one, change)))
}

/** Whether a request is of a kind, whose stars stand for one part of the address each; a star before a slash that has none before it, for several. */
export function isOfKind(request: string, kind: string): boolean {
  const pattern = kind
    .split('*')
    .map(text => text.replaceAll(/[.?]/g, '\\$&'))
    .reduce((one, other) => `${one}${one.endsWith('/') ? '[^/]+' : '.*'}${other}`)
  return new RegExp(`^${pattern}$`).test(request)
}

const CONSOLE = path.resolve(import.meta.dirname, '../../console/src')

type Node = { type: string } & Record<string, unknown>

/** What the console asks the server to change, as it is written: with a star for what differs from one request to the other. */
export function changesOfConsole(): string[] {
  const files = ['api', 'frame', 'pages', 'parts'].flatMap(folder =>
    readdirSync(path.join(CONSOLE, folder))
      .filter(name => /\.tsx?$/.test(name) && !name.includes('.test.'))
      .map(name => path.join(CONSOLE, folder, name)),
  )
  return [...new Set(files.flatMap(file => changesIn(readFileSync(file, 'utf8'))))].sort()
}

/** The same of one file. */
export function changesIn(code: string): string[] {
  const program = parseAst(code, { lang: 'tsx' }) as unknown as Node
  const addresses = new Map<string, Node>()
  const found: string[] = []
  visit(program, node => {
    if (node.type !== 'VariableDeclarator' || (node.init as Node | null)?.type !== 'ArrowFunctionExpression') return
    addresses.set(String((node.id as Node).name), (node.init as Node).body as Node)
  })
  visit(program, node => {
    if (node.type !== 'CallExpression') return
    const name = (node.callee as Node).name
    const [first, second] = node.arguments as Node[]
    if (name === 'change' && first && second) found.push(`${first.value} ${textOf(second)}`)
    if (name === 'upload' && first) found.push(`POST ${textOf(first)}`)
  })
  // What is added at the end is a query.
  return found.map(one => one.replace(/([^/ ])\*+$/, '$1'))

  function textOf(node: Node): string {
    switch (node.type) {
      case 'Literal':
        return String(node.value)
      case 'TemplateLiteral': {
        const texts = (node.quasis as { value: { cooked: string } }[]).map(part => part.value.cooked)
        return texts.map((text, at) => text + (at < texts.length - 1 ? textOf((node.expressions as Node[])[at] as Node) : '')).join('')
      }
      case 'CallExpression': {
        const address = addresses.get(String((node.callee as Node).name))
        return address === undefined ? '*' : textOf(address)
      }
      default:
        return '*'
    }
  }
}

function visit(node: Node, see: (node: Node) => void): void {
  see(node)
  for (const value of Object.values(node))
    for (const one of Array.isArray(value) ? value : [value])
      if (typeof one === 'object' && one !== null && typeof (one as Node).type === 'string') visit(one as Node, see)
}
