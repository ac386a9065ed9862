import type { FileRoom } from '../feed/port.ts'
import { type CorrectionColumns, correctedRow, correctionColumns, type RowRef, withoutAdded } from './correction.ts'
import { declaredReading } from './declared.ts'
import type { FormatReader, Reading } from './format-port.ts'
import type { Layout } from './layout.ts'
import type { ReadingSettings } from './reading-settings.ts'

export type Opened = {
  reading: Reading
  /** Opens the same file once more, from its first byte. */
  again(): Promise<Reading>
  /** Where a correction says what each of its lines mends, filled while it is read; null for any other file. */
  refs: { line: number; ref: RowRef }[] | null
}

/**
 * Opens a file as its feed declares, or as a correction of an earlier one, which comes back as CSV or as a workbook whatever
 * the first one was written in.
 */
export async function openFile(
  { files, format }: { files: Pick<FileRoom, 'readSpool'>; format: FormatReader },
  file: { spoolName: string },
  { layout, settings }: { layout: Layout; settings: ReadingSettings | undefined },
): Promise<Opened> {
  const bytes = () => files.readSpool(file.spoolName)
  if (await mayBeCorrection(bytes())) {
    const reading = await format.open(bytes(), { hasHeader: true })
    const columns = reading.refusal === null ? correctionColumns(reading.header) : null
    if (columns !== null) {
      const refs: { line: number; ref: RowRef }[] = []
      const again = async () => corrected(await format.open(bytes(), { hasHeader: true }), columns, () => {})
      return { reading: corrected(reading, columns, (line, ref) => refs.push({ line, ref })), again, refs }
    }
    await reading.close()
  }
  const open = () => format.open(bytes(), declaredReading(layout, settings))
  return { reading: await open(), again: open, refs: null }
}

/** Whether the beginning of a file shows our column, in whatever encoding; a workbook shows nothing before it is opened. */
async function mayBeCorrection(bytes: AsyncIterable<Uint8Array>): Promise<boolean> {
  for await (const chunk of bytes) {
    if (chunk[0] === 0x50 && chunk[1] === 0x4b) return true
    return /trueup[\s_-]*ref/i.test(new TextDecoder('latin1').decode(chunk).replaceAll('\0', ''))
  }
  return false
}

function corrected(reading: Reading, columns: CorrectionColumns, found: (line: number, ref: RowRef) => void): Reading {
  return { ...reading, header: reading.header === null ? null : withoutAdded(reading.header, columns), batches: rowsOf() }

  async function* rowsOf() {
    for await (const batch of reading.batches) {
      const rows = batch.rows.map(raw => {
        const { row, ref } = correctedRow(raw, columns)
        if (ref !== null) found(row.line, ref)
        return row
      })
      yield { ...batch, rows }
    }
  }
}
