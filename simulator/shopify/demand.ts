/*
 * What people buy, out of the invoices of a real shop: which products go together, and how few of them most people want.
 * The products are numbered by how often they are bought, 0 being the best seller.
 */

import { readdirSync, readFileSync } from 'node:fs'

/** A basket: product by rank, and units. */
export type Basket = readonly { rank: number; units: number }[]

let known: readonly Basket[] | null = null

/** Read once a process. */
export function realBaskets(): readonly Basket[] {
  known ??= basketsOf(readFiles())
  return known
}

export function basketsOf(texts: readonly string[]): Basket[] {
  const invoices = new Map<string, { code: string; units: number }[]>()
  const bought = new Map<string, number>()
  for (const line of texts.flatMap(text => text.split(/\r?\n/).slice(1))) {
    const cells = cellsOf(line)
    const [invoice = '', code = ''] = cells
    const units = Number(cells[3])
    if (!isSale(invoice, code) || !Number.isInteger(units) || units <= 0) continue
    const lines = invoices.get(invoice)
    if (lines === undefined) invoices.set(invoice, [{ code, units }])
    else lines.push({ code, units })
    bought.set(code, (bought.get(code) ?? 0) + 1)
  }
  const byCount = [...bought].sort(([codeA, a], [codeB, b]) => b - a || (codeA < codeB ? -1 : 1))
  const ranks = new Map(byCount.map(([code], rank) => [code, rank]))
  return [...invoices.values()].map(lines => lines.map(({ code, units }) => ({ rank: ranks.get(code) as number, units })))
}

/** Five digits and perhaps letters are a product; postage and bank charges are not. */
function isSale(invoice: string, code: string): boolean {
  return /^\d+$/.test(invoice) && /^\d{5}/.test(code)
}

/** One line of the file; descriptions may be quoted and hold commas, but no line breaks. */
function cellsOf(line: string): string[] {
  return (line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g) ?? []).map(cell => cell.replace(/,$/, '').replace(/^"(.*)"$/, '$1'))
}

function readFiles(): string[] {
  const folder = new URL('./demand/', import.meta.url)
  const names = readdirSync(folder).filter(name => name.endsWith('.csv'))
  return names.sort().map(name => readFileSync(new URL(name, folder), 'utf8'))
}
