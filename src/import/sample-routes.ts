import type { Db } from '../db/connection.ts'
import { downloadRoute, jsonRoute, type Route, uploadRoute } from '../http/contract/route.ts'
import {
  layoutList,
  layoutParams,
  previewAsked,
  previewShown,
  reviewShown,
  sampleParams,
  sampleQuery,
  sampleSaved,
  trial,
} from '../http/contract/sample.ts'
import type { Clock } from '../kernel/clock.ts'
import { safeCsvLine } from '../kernel/csv-line.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Ids } from '../kernel/ids.ts'
import type { FormatReader } from './format-port.ts'
import { intakeSettings } from './intake-settings.ts'
import type { Layout } from './layout.ts'
import { LAYOUTS, layoutByName } from './layouts.ts'
import { previewFile, reviewFile } from './review-step.ts'

export type SampleRouteDeps = {
  db: Db
  clock: Clock
  ids: Ids
  format: FormatReader
  /** Where samples lie that were brought to try a mapping on. */
  samples: {
    save(id: string, chunks: AsyncIterable<Uint8Array>): Promise<number>
    read(id: string): Promise<AsyncIterable<Uint8Array> | null>
  }
  /** The kept bytes of a file; null where there are none. */
  keptFile(fileId: number): Promise<AsyncIterable<Uint8Array> | null>
}

/** Layouts, and files to try them on: what would be read, mapped and refused, before anything is declared. */
export function sampleRoutes(deps: SampleRouteDeps): Route[] {
  return [
    jsonRoute({
      ...{ method: 'GET', path: '/layouts', summary: 'The layouts, with their columns', tag: 'import', role: 'viewer', answer: layoutList },
      handle: async () => ({ rows: LAYOUTS.map(described) }),
    }),
    downloadRoute({
      ...{ path: '/layouts/:name/template', summary: 'An empty file with the columns of a layout', tag: 'import', role: 'viewer' },
      params: layoutParams,
      async handle({ params }) {
        const { columns } = layoutCalled(params.name)
        const line = `${safeCsvLine(columns.map(column => column.name))}\r\n`
        return { fileName: `${params.name}.csv`, mediaType: 'text/csv; charset=utf-8', chunks: bytesOf(line) }
      },
    }),
    uploadRoute({
      path: '/samples',
      summary: 'Brings a file to try a mapping on; it is kept for a day and never imported',
      tag: 'import',
      role: 'operator',
      query: sampleQuery,
      answer: sampleSaved,
      async handle({ body }) {
        const id = deps.ids.uuid()
        return { id, bytes: await deps.samples.save(id, body.chunks) }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/samples/:id/preview',
      summary: 'The first rows of a sample, as they stand and as they would be read',
      tag: 'import',
      role: 'viewer',
      params: sampleParams,
      body: previewAsked,
      answer: previewShown,
      async handle({ params, body }) {
        return previewFile(deps, await sampleOf(deps, params.id), askedOf(body), body.rowsMax)
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/samples/:id/review',
      summary: 'What would become of every row of a sample, the catalogue included; nothing of it moves',
      tag: 'import',
      role: 'operator',
      params: sampleParams,
      body: trial,
      answer: reviewShown,
      async handle({ params, body }) {
        // Read twice at the most: for the rows, and for the text of those that the catalogue refuses.
        const bytes = () => later(() => sampleOf(deps, params.id))
        return reviewFile(deps, bytes, askedOf(body))
      },
    }),
  ]
}

function described(layout: Layout) {
  return {
    ...{ name: layout.name, columnsBy: layout.columnsBy },
    columns: layout.columns.map(column => ({ name: column.name, isUsed: column.field !== null })),
    needs: layout.needs.map(group =>
      layout.columns.filter(column => column.field !== null && group.includes(column.field)).map(column => column.name),
    ),
  }
}

function askedOf({
  layout,
  name,
  folder,
  reading,
  rows,
  mapping,
}: {
  layout: string
  name: string
  folder: string
  reading: object
  rows: object
  mapping: object | null
}) {
  return { layout: layoutCalled(layout), settings: intakeSettings({ reading, rows, mapping }), name, folder }
}

function layoutCalled(name: string): Layout {
  const layout = layoutByName(name)
  if (layout !== null) return layout
  throw new TrueupError('FEED_LAYOUT_UNKNOWN', `There is no layout ${name}.`, {
    retry: 'never',
    hint: 'Choose one of those that GET /api/v1/layouts lists.',
    detail: { layout: name },
  })
}

async function sampleOf({ samples, keptFile }: SampleRouteDeps, id: string): Promise<AsyncIterable<Uint8Array>> {
  const fileId = /^file-(\d+)$/.exec(id)?.[1]
  const bytes = fileId === undefined ? await samples.read(id) : await keptFile(Number(fileId))
  if (bytes !== null) return bytes
  throw new TrueupError('IMPORT_SAMPLE_GONE', 'The sample is not there any more.', {
    retry: 'never',
    hint: 'Choose the file again: samples are kept for a day.',
    detail: { sample: id },
  })
}

async function* later(open: () => Promise<AsyncIterable<Uint8Array>>): AsyncIterable<Uint8Array> {
  yield* await open()
}

async function* bytesOf(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text)
}
