import { HEAD_BYTES } from '../../import/dialect.ts'
import type { FormatReader, Reading } from '../../import/format-port.ts'
import { notText } from '../../import/not-text.ts'
import type { FormatName, ReadingSettings } from '../../import/reading-settings.ts'
import { sniffFormat } from '../../import/sniff.ts'
import { Archive, gunzipped } from './archive.ts'
import { Broken, refused } from './broken.ts'
import { delimitedReader } from './delimited.ts'
import { fixedWidthReader } from './fixed-width.ts'
import { following, readHead } from './head.ts'
import { jsonReader } from './json.ts'
import { ndjsonReader } from './ndjson.ts'
import { x12Reader } from './x12.ts'
import { isWorkbook, readSheet } from './xlsx.ts'
import { pathIn } from './xlsx-workbook.ts'
import { xmlReader } from './xml.ts'

/** Reads a file in whatever format it comes, plain or packed. What a feed declares is not guessed. */
export const anyFormatReader: FormatReader = { name: 'any', open: (chunks, settings = {}) => open(chunks, settings, null) }

const READERS: Readonly<Record<Exclude<FormatName, 'xlsx'>, FormatReader>> = {
  delimited: delimitedReader,
  'fixed-width': fixedWidthReader,
  json: jsonReader,
  ndjson: ndjsonReader,
  xml: xmlReader,
  x12: x12Reader,
}

const GZIP = [0x1f, 0x8b]
/** A file inside, the end of an empty archive, or one that was split. */
const ZIP = [
  [0x50, 0x4b, 0x03, 0x04],
  [0x50, 0x4b, 0x05, 0x06],
  [0x50, 0x4b, 0x07, 0x08],
]

async function open(chunks: AsyncIterable<Uint8Array>, settings: ReadingSettings, container: Reading['container']): Promise<Reading> {
  const source = chunks[Symbol.asyncIterator]()
  try {
    const head = await readHead(source, HEAD_BYTES)
    const bytes = following(head.bytes, source)
    if (begins(head.bytes, GZIP)) {
      if (container !== null) return closed(source, packedTwice(settings))
      return await open(gunzipped(bytes), settings, 'gzip')
    }
    if (ZIP.some(sign => begins(head.bytes, sign))) return await openArchive(bytes, settings, container)
    const kind = notText(head.bytes)
    if (kind !== null)
      return closed(source, refusal('FILE_NOT_TEXT', settings, `The file is ${kind}, which holds no rows that can be read.`))
    const format = settings.format ?? sniffFormat(head.bytes)
    if (format === 'xlsx')
      return closed(source, refusal('FILE_NOT_TEXT', settings, 'The feed declares a workbook (.xlsx), and the file is none.'))
    return { ...(await READERS[format].open(bytes, settings)), container, close: async () => void (await source.return?.()) }
  } catch (error) {
    if (!(error instanceof Broken)) throw error
    return { ...refusal('FILE_BROKEN', settings, error.message), container }
  }
}

async function openArchive(bytes: AsyncIterable<Uint8Array>, settings: ReadingSettings, container: Reading['container']): Promise<Reading> {
  const archive = await Archive.open(bytes)
  let isHeld = false
  try {
    if (isWorkbook(archive)) {
      const reading = await readSheet(archive, settings)
      isHeld = reading.refusal === null
      return { ...closing(reading, archive), container }
    }
    if (container !== null) return packedTwice(settings)
    const files = archive.entries.filter(entry => isFile(pathIn(entry.fileName)))
    const [only] = files
    if (only === undefined || files.length > 1) {
      const names = files.slice(0, NAMES_SHOWN_MAX).map(entry => entry.fileName)
      const found = only === undefined ? 'no file' : `${files.length} files: ${names.join(', ')}${files.length > names.length ? ' …' : ''}`
      return {
        ...refusal('FILE_ARCHIVE_REFUSED', settings, `The zip archive holds ${found}. One archive brings one file.`),
        container: 'zip',
      }
    }
    const reading = await open(archive.read(only), settings, 'zip')
    isHeld = reading.refusal === null
    return closing(reading, archive)
  } finally {
    if (!isHeld) await archive.close()
  }
}

const NAMES_SHOWN_MAX = 5

/** What a Mac puts beside files, and folders, are no files. */
function isFile(path: string): boolean {
  return !path.endsWith('/') && !path.startsWith('__MACOSX/') && !/(?:^|\/)(?:\.DS_Store|Thumbs\.db|desktop\.ini)$/i.test(path)
}

/** The archive is held for as long as its rows are read, and not longer. */
function closing(reading: Reading, archive: Archive): Reading {
  async function* batches() {
    try {
      yield* reading.batches
    } finally {
      await archive.close()
    }
  }
  return { ...reading, batches: batches(), close: () => archive.close() }
}

function packedTwice(settings: ReadingSettings): Reading {
  return refusal('FILE_ARCHIVE_REFUSED', settings, 'What is packed in the file is packed once more. Pack it once.')
}

async function closed(source: AsyncIterator<Uint8Array>, reading: Reading): Promise<Reading> {
  await source.return?.()
  return reading
}

function refusal(code: 'FILE_NOT_TEXT' | 'FILE_ARCHIVE_REFUSED' | 'FILE_BROKEN', settings: ReadingSettings, reason: string): Reading {
  const { format = 'delimited', encoding = 'utf-8' } = settings
  const dialect = { format, encoding, delimiter: null, quote: null, escape: null, lineEnd: null, preambleLines: 0, hasHeader: false }
  return refused(dialect, { code, reason })
}

function begins(head: Uint8Array, sign: readonly number[]): boolean {
  return sign.every((byte, i) => head[i] === byte)
}
