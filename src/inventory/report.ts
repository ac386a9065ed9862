import type { InstantMs } from '../kernel/clock.ts'
import { erpCsvLine } from './csv.ts'

/** Lines of one file that goes out: what ERPs take at once. */
export const REPORT_LINES_MAX = 1_000

export type ReportKind = 'variances' | 'counts' | 'sellable'

/** One of our movements, as the ERP has to book it. */
export type VarianceLine = {
  seq: number
  documentId: number | null
  reference: string | null
  erpAccount: string
  item: string
  units: number
  facilityExternalId: string | null
  facility: string
  facilityName: string
  effectiveAt: InstantMs
  reason: string
  comment: string | null
}

export type CountLine = { documentId: number; reference: string | null }

const VARIANCE_COLUMNS = [
  ...['Reference No', 'Adjustment Account', 'Item', 'Adjust Qty By', 'Location', 'Date', 'Memo', 'HC Inventory Adj Id'],
  ...['Adjustment Location', 'Facility Name', 'Item Tag'],
]

/** The columns in which NetSuite takes variances; a line is known by its own number, so that a second one would be seen. */
export function variancesFile(lines: readonly VarianceLine[]): string {
  const rows = lines.map(line => {
    const location = line.facilityExternalId ?? line.facility
    const memo = line.comment === null ? line.reason : `${line.reason}: ${line.comment}`
    const date = new Date(line.effectiveAt).toISOString().slice(0, 10)
    const reference = line.reference ?? (line.documentId === null ? `M${line.seq}` : `D${line.documentId}`)
    return [reference, line.erpAccount, line.item, line.units, location, date, memo, line.seq, location, line.facilityName, line.reason]
  })
  return [VARIANCE_COLUMNS, ...rows].map(erpCsvLine).join('')
}

/** Which counts were taken: ours, and what the ERP called the task. */
export function countsFile(lines: readonly CountLine[]): string {
  return [['workEffortId', 'externalId'], ...lines.map(line => [line.documentId, line.reference])].map(erpCsvLine).join('')
}

/** A file is made when it is full, or when its oldest line has waited long enough. */
export function isReportDue(
  waiting: { lines: number; oldestAt: InstantMs | null },
  { everyMinutes, now }: { everyMinutes: number; now: InstantMs },
): boolean {
  if (waiting.lines === 0 || waiting.oldestAt === null) return false
  return waiting.lines >= REPORT_LINES_MAX || now - waiting.oldestAt >= everyMinutes * 60_000
}

/** Named by its number and its time: sorts, and is never given twice. */
export function reportName(kind: ReportKind, reportId: number, madeAt: InstantMs): string {
  const stamp = new Date(madeAt)
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z')
  return `${kind}-${stamp}-${reportId}.csv`
}
