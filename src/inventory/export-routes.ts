import type { Db } from '../db/connection.ts'
import { exportParams, exportsList } from '../http/contract/export.ts'
import { downloadRoute, jsonRoute, type Route } from '../http/contract/route.ts'
import { layoutByName } from '../import/layouts.ts'
import { assert } from '../kernel/assert.ts'
import { safeCsvLine } from '../kernel/csv-line.ts'
import { EXPORT_NAMES, type ExportName, exportPages } from './export-store.ts'

/** What comes in by file goes out in the same columns, and comes in again as it is. */
export function exportRoutes({ db }: { db: Db }): Route[] {
  return [
    jsonRoute({
      ...{
        method: 'GET',
        path: '/exports',
        summary: 'What goes out by file, in the columns of its layout',
        tag: 'inventory',
        role: 'viewer',
      },
      answer: exportsList,
      handle: async () => ({ rows: EXPORT_NAMES.map(name => ({ layout: name, columns: columnsOf(name) })) }),
    }),
    downloadRoute({
      ...{ path: '/exports/:layout', summary: 'Everything of one layout as CSV', tag: 'inventory', role: 'viewer' },
      params: exportParams,
      async handle({ params }) {
        return { fileName: `${params.layout}.csv`, mediaType: 'text/csv; charset=utf-8', chunks: csvOf(db, params.layout) }
      },
    }),
  ]
}

async function* csvOf(db: Db, name: ExportName): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder()
  yield encoder.encode(`${safeCsvLine(columnsOf(name))}\r\n`)
  for await (const rows of exportPages(db, name)) yield encoder.encode(rows.map(cells => `${safeCsvLine(cells)}\r\n`).join(''))
}

function columnsOf(name: ExportName): string[] {
  const layout = layoutByName(name)
  assert(layout !== null, `${name} is a layout`)
  return layout.columns.map(column => column.name)
}
