/*
 * Bulk operations of one shop.
 *
 *   CREATED ──a fifth of the delay──► RUNNING ──the delay, and its work done──► COMPLETED
 *      │                                │  └── by a dial ──► FAILED / EXPIRED, with what was done so far
 *      │                                └── by a dial ──► stands still until somebody cancels it
 *      └────────── cancel ──────────────┴──► CANCELING ──► CANCELED
 *
 * An operation goes on when somebody looks, which is at every call and every tick; so a killed shop has nothing to resume.
 */

import { type Api, callFor, type Simulated } from './answer.ts'
import { BulkFiles } from './bulk-files.ts'
import { LINES_PER_LOOK, mutationWork, QUERY_SLICES_PER_LOOK, queryWork, type Work } from './bulk-work.ts'
import { instant } from './call.ts'
import { type Chance, seededChance } from './chance.ts'
import { type BulkFate, takeFate } from './dials.ts'
import { gid } from './ids.ts'
import type { BulkRow, BulkType, UserError } from './rows.ts'
import type { ApiVersion } from './schema.ts'
import { checksumOf, Uploads } from './uploads.ts'

/** Of each kind, since 2026-01. */
export const BULK_OPERATIONS_MAX = 5

export type Starting = {
  type: BulkType
  query: string
  version: ApiVersion
  stagedUploadPath: string | null
  clientIdentifier: string | null
}

export class BulkDesk {
  readonly files: BulkFiles
  readonly uploads: Uploads
  readonly #simulated: Simulated
  readonly #baseUrl: () => string
  readonly #chance: Chance
  readonly #work = new Map<number, Work>()

  constructor(simulated: Simulated, of: { baseUrl: () => string; resultsBeside: string | null }) {
    this.#simulated = simulated
    this.#baseUrl = of.baseUrl
    this.#chance = seededChance(simulated.shop.seed + 2)
    this.files = new BulkFiles(of.resultsBeside)
    this.uploads = new Uploads(simulated.shop.seed)
  }

  /** The five that are under way, if there are as many; another would be refused. */
  busy(type: BulkType, now: number): BulkRow[] {
    const underWay = this.rows(now).filter(row => row.type === type && isUnderWay(row))
    return underWay.length >= BULK_OPERATIONS_MAX ? underWay : []
  }

  start(starting: Starting, now: number): BulkRow {
    const { dials, shop } = this.#simulated
    const file = starting.stagedUploadPath === null ? null : this.uploads.file(starting.stagedUploadPath)
    const lines = file === null ? 0 : linesIn(file).length
    const row: BulkRow = {
      kind: 'BulkOperation',
      id: shop.tables.next('bulk', 5_000_000_001),
      ...starting,
      status: 'CREATED',
      errorCode: null,
      createdAt: now,
      runsAt: now + dials.bulkDelayMs / 5,
      endsAt: now + dials.bulkDelayMs + lines * dials.bulkLineMs,
      completedAt: null,
      objectCount: 0,
      rootObjectCount: 0,
      hasResult: false,
      isPartial: false,
      checksum: file === null ? null : checksumOf(file),
      fate: takeFate(dials, starting.type),
    }
    shop.tables.put('bulk', row)
    // So that whoever lets time pass knows when there is something to see.
    for (const at of [row.runsAt, row.endsAt]) shop.world.agenda.add(at - dials.clockSkewMs, () => this.look(at))
    return row
  }

  /** What is wrong with cancelling it; null: it is being cancelled. */
  cancel(row: BulkRow, now: number): UserError | null {
    if (!isUnderWay(row)) {
      return { field: null, message: `A bulk operation cannot be canceled when it is ${row.status.toLowerCase()}`, code: null }
    }
    row.status = 'CANCELING'
    row.endsAt = now + this.#simulated.dials.bulkDelayMs / 5
    this.#simulated.shop.tables.put('bulk', row)
    return null
  }

  rows(now: number): BulkRow[] {
    this.look(now)
    return [...this.#simulated.shop.tables.bulk.values()]
  }

  byId(id: number | null, now: number): BulkRow | null {
    const row = this.#simulated.shop.tables.bulk.get(id ?? -1)
    if (row !== undefined) this.#advance(row, now)
    return row ?? null
  }

  /** Brings every operation to where it stands by now, as far as one look goes. */
  look(now: number): void {
    for (const row of this.#simulated.shop.tables.bulk.values()) if (isUnderWay(row)) this.#advance(row, now)
  }

  close(): void {
    this.files.close()
  }

  #advance(row: BulkRow, now: number): void {
    const before = `${row.status} ${row.objectCount}`
    if (row.status === 'CREATED' && now >= row.runsAt) this.#begin(row)
    if (row.status === 'RUNNING') this.#goOn(row, now)
    if (row.status === 'CANCELING' && now >= row.endsAt) this.#end(row, { status: 'CANCELED', now })
    if (before !== `${row.status} ${row.objectCount}`) this.#simulated.shop.tables.put('bulk', row)
  }

  #begin(row: BulkRow): void {
    row.status = 'RUNNING'
    this.files.begin(row.id)
  }

  #goOn(row: BulkRow, now: number): void {
    const work = this.#workOf(row)
    if (work === null) this.#end(row, { status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR', now })
    // A query shows what there is at its end; a mutation gets along line by line.
    else if (row.type === 'MUTATION' || now >= row.endsAt) this.#doPieces(row, work, now)
  }

  #doPieces(row: BulkRow, work: Work, now: number): void {
    const share = Math.min(row.fate?.at ?? 1, shareOf(row, now))
    const pieces = row.type === 'QUERY' ? QUERY_SLICES_PER_LOOK : Math.min(LINES_PER_LOOK, wanted(work, share) - row.objectCount)
    for (let done = 0; done < pieces; done++) {
      const piece = work.next(this.#call(row, now))
      if (piece === null) break
      if ('failed' in piece) {
        this.#end(row, { status: 'FAILED', errorCode: piece.failed, now })
        return
      }
      this.files.append(row.id, piece.lines)
      row.objectCount += piece.objects
      row.rootObjectCount += piece.rootObjects
    }
    const isDoomed = row.fate !== null && share >= row.fate.at && (work.size === null || row.objectCount >= wanted(work, share))
    if (row.fate !== null && isDoomed) this.#meetFate(row, row.fate, now)
    else if (now >= row.endsAt && work.isOver) this.#end(row, { status: 'COMPLETED', now })
  }

  #meetFate(row: BulkRow, { kind, errorCode }: BulkFate, now: number): void {
    if (kind === 'cancel') this.#end(row, { status: 'CANCELED', now })
    if (kind === 'expire') this.#end(row, { status: 'EXPIRED', now })
    if (kind === 'fail') this.#end(row, { status: 'FAILED', errorCode: errorCode ?? 'INTERNAL_SERVER_ERROR', now })
  }

  #end(row: BulkRow, as: { status: 'COMPLETED' | 'FAILED' | 'CANCELED' | 'EXPIRED'; errorCode?: BulkRow['errorCode']; now: number }): void {
    row.status = as.status
    row.errorCode = as.errorCode ?? null
    row.completedAt = as.status === 'CANCELED' ? null : as.now
    row.hasResult = row.objectCount > 0 && as.status !== 'CANCELED'
    row.isPartial = row.hasResult && as.status !== 'COMPLETED'
    this.#work.delete(row.id)
    const { shop } = this.#simulated
    shop.tables.put('bulk', row)
    shop.tell({ topic: 'BULK_OPERATIONS_FINISH', at: as.now, payload: () => finishPayload(row) })
  }

  /** Null: its file is gone, or is not the one that it was started with. */
  #workOf(row: BulkRow): Work | null {
    const known = this.#work.get(row.id)
    if (known !== undefined) return known
    const api = this.#api(row)
    if (row.type === 'QUERY') return this.#keep(row, queryWork(api.schema, row.query))
    const file = this.uploads.file(row.stagedUploadPath ?? '')
    if (file === null || checksumOf(file) !== row.checksum) return null
    return this.#keep(row, mutationWork(this.#simulated, api, { mutation: row.query, lines: linesIn(file), chance: this.#chance }))
  }

  #keep(row: BulkRow, work: Work): Work {
    this.#work.set(row.id, work)
    return work
  }

  #api(row: BulkRow): Api {
    return this.#simulated.api(row.version)
  }

  #call(row: BulkRow, now: number) {
    return callFor(this.#simulated, this.#api(row), { now, baseUrl: this.#baseUrl(), rawVariables: {}, heldKeys: new Set() })
  }
}

export function isUnderWay(row: BulkRow): boolean {
  return row.status === 'CREATED' || row.status === 'RUNNING' || row.status === 'CANCELING'
}

export function linesIn(file: Buffer): string[] {
  return file
    .toString('utf8')
    .split('\n')
    .filter(line => line.trim() !== '')
}

/** How far it may have come by now. */
function shareOf(row: BulkRow, now: number): number {
  return now >= row.endsAt ? 1 : Math.max(0, (now - row.runsAt) / (row.endsAt - row.runsAt))
}

function wanted(work: Work, share: number): number {
  return Math.floor((work.size ?? 0) * share)
}

/** In lower case, and without the address of the result. */
function finishPayload(row: BulkRow): Record<string, unknown> {
  return {
    admin_graphql_api_id: gid('BulkOperation', row.id),
    completed_at: instant(row.completedAt),
    created_at: instant(row.createdAt),
    error_code: row.errorCode?.toLowerCase() ?? null,
    status: row.status.toLowerCase(),
    type: row.type.toLowerCase(),
  }
}
