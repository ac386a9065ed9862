import { createHash } from 'node:crypto'
import { recordAudit } from '../db/audit.ts'
import type { Db, Sql, Tx } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import {
  documentBooked,
  documentDetail,
  documentParams,
  documentsPage,
  documentsQuery,
  newDocument,
  reasonChange,
  reasonList,
  reasonParams,
  reasonToReverse,
} from '../http/contract/ledger.ts'
import { offsetOf, pageFrom, TOTAL_COUNTED_MAX } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { isForLater, type LedgerLine, transferLegs } from './document.ts'
import { type Booked, book, keyReused, repeatOf, reverse } from './document-step.ts'
import * as store from './document-store.ts'
import { facilityOf, NAMES, namesOf, productsOf } from './named-store.ts'
import * as scheduled from './scheduled-store.ts'

export type LedgerRouteDeps = {
  db: Db
  clock: Clock
  /** The ledger moved: whoever follows it may look. */
  moved(): void
}

/** Deeds that move units: variances, counts, receipts and transfers, single or in lists; and how they are taken back. */
export function documentRoutes({ db, clock, moved }: LedgerRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'POST',
      path: '/ledger/documents',
      summary: 'Books a variance, a count, a receipt or a transfer, whole or not at all; repeat it with its Idempotency-Key',
      tag: 'inventory',
      role: 'operator',
      body: newDocument,
      answer: documentBooked,
      status: 201,
      keepsKeys: true,
      async handle({ body, who, idempotencyKey }) {
        const booked = await db.transaction(tx => bookAsked(tx, { body, who: who.name, key: idempotencyKey, now: clock.now() }))
        moved()
        return booked
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/ledger/documents/:id/reverse',
      summary: 'Takes a document back by counter-entries',
      tag: 'inventory',
      role: 'operator',
      params: documentParams,
      body: reasonToReverse,
      answer: documentBooked,
      status: 201,
      async handle({ params, body, who }) {
        const now = clock.now()
        const booked = await db.transaction(async tx => {
          const done = await reverse(tx, { documentId: params.id, who: who.name, comment: body.comment, now })
          await recordAudit(tx, {
            ...{ at: now, who: who.name, action: 'document.reverse', subject: 'document', name: String(params.id) },
            ...{ before: { reversedBy: null }, after: { reversedBy: done.documentId }, reason: body.comment },
          })
          return told(tx, done, 0)
        })
        moved()
        return booked
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/ledger/documents',
      summary: 'Documents, newest first',
      tag: 'inventory',
      role: 'viewer',
      query: documentsQuery,
      answer: documentsPage,
      async handle({ query }) {
        const wanted = [query.kind ?? null, query.search || null]
        const rows = await db.query<Answer<typeof documentsPage>['rows'][number]>(
          `select ${LISTED}, m.lines, m.units from inventory.document d
            cross join lateral (select count(*) as lines, coalesce(sum(abs(on_hand_units)), 0) as units from inventory.movement where document_id = d.document_id) m
            where ${WANTED} order by d.document_id desc limit $3 offset $4`,
          [...wanted, query.pageSize, offsetOf(query)],
        )
        return pageFrom(query, rows, async () => {
          const counted = await db.query<{ n: number }>(
            `select count(*) as n from (select 1 from inventory.document d where ${WANTED} limit $3) counted`,
            [...wanted, TOTAL_COUNTED_MAX + 1],
          )
          return counted[0]?.n ?? 0
        })
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/ledger/documents/:id',
      summary: 'One document with its lines',
      tag: 'inventory',
      role: 'viewer',
      params: documentParams,
      answer: documentDetail,
      async handle({ params }) {
        const document = await store.documentById(db, params.id)
        if (document === null) throw unknownDocument(params.id)
        const { documentId: id, key: _key, askedSha256: _asked, ...facts } = document
        return { id, ...facts, lines: await shownLines(db, params.id) }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/ledger/reasons',
      summary: 'Why units move, and under which account the ERP books it',
      tag: 'inventory',
      role: 'viewer',
      answer: reasonList,
      handle: async () => ({ rows: await store.reasons(db) }),
    }),
    jsonRoute({
      method: 'PUT',
      path: '/ledger/reasons/:reason',
      summary: 'Names a reason and its ERP account; a new one is for people to choose',
      tag: 'inventory',
      role: 'admin',
      params: reasonParams,
      body: reasonChange,
      answer: reasonList,
      async handle({ params, body, who }) {
        return db.transaction(async tx => {
          const before = await store.reasonCalled(tx, params.reason)
          await store.setReason(tx, { reason: params.reason, ...body })
          await recordAudit(tx, {
            ...{ at: clock.now(), who: who.name, action: 'reason.change', subject: 'reason', name: params.reason },
            ...{ before: before === null ? null : { label: before.label, erpAccount: before.erpAccount }, after: body },
          })
          return { rows: await store.reasons(tx) }
        })
      },
    }),
  ]
}

type Body = Answer<typeof newDocument>
type Asked = { body: Body; who: string; key: string | null; now: InstantMs }

async function bookAsked(tx: Tx, { body, who, key, now }: Asked): Promise<Answer<typeof documentBooked>> {
  const plan = await planOf(tx, body)
  const effectiveAt = body.effectiveAt ?? now
  const askedSha256 = createHash('sha256').update(JSON.stringify(body)).digest('hex')
  const facts = { reference: body.reference ?? null, comment: body.comment ?? null, who }
  const arrivesAt = body.kind === 'transfer' ? (body.arrivesAt ?? effectiveAt) : effectiveAt
  const parts = [
    { lines: plan.now, at: effectiveAt },
    { lines: plan.later, at: arrivesAt },
  ]
  const due = parts.filter(part => !isForLater(part.at, now)).flatMap(part => part.lines)
  const toCome = parts.filter(part => isForLater(part.at, now)).flatMap(part => part.lines.map(line => ({ ...line, dueAt: part.at })))
  if (toCome.length > 0 && body.kind === 'count') throw countInFuture()
  const kind = body.kind
  const waiting = kind === 'count' ? [] : toCome.map(line => ({ ...line, ...facts, kind }))
  const asked = { ...facts, kind, key, askedSha256 }
  // What was for later is due by now, or half of it: the same deed all the same, and not one that moves units again.
  if (await isScheduled(tx, { key, askedSha256 })) return told(tx, await repeatOf(tx, asked), 0)
  const booked = due.length === 0 ? null : await book(tx, { ...asked, lines: due, effectiveAt: Math.min(effectiveAt, now), now })
  const added = booked?.isRepeat ? 0 : await scheduled.schedule(tx, { key, askedSha256, lines: waiting }, now)
  // Somebody with the same key was first, since it was looked.
  if (booked === null && added < waiting.length) await isScheduled(tx, { key, askedSha256 })
  if (booked === null ? added > 0 : !booked.isRepeat) {
    await recordAudit(tx, {
      ...{ at: now, who, action: `document.${kind}`, subject: 'document', name: booked === null ? 'scheduled' : String(booked.documentId) },
      ...{ before: null, after: body, ...(body.comment === undefined ? {} : { reason: body.comment }) },
    })
  }
  return told(tx, booked, added)
}

/** Whether a deed under this key was for later. Throws INVENTORY_KEY_REUSED when it was another. */
async function isScheduled(tx: Tx, { key, askedSha256 }: { key: string | null; askedSha256: string }): Promise<boolean> {
  const kept = key === null ? null : await scheduled.askedUnder(tx, key)
  if (key !== null && kept?.askedSha256 && kept.askedSha256 !== askedSha256) throw keyReused(key)
  return kept !== null
}

/** What happens now, and what comes in later: of a transfer, the other facility's leg. */
async function planOf(tx: Tx, body: Body): Promise<{ now: LedgerLine[]; later: LedgerLine[] }> {
  const facilityId = await facilityOf(tx, body.facility)
  const products = await productsOf(tx, body.lines)
  const productId = (at: number) => products[at] ?? 0
  switch (body.kind) {
    case 'variance': {
      const reason = await store.reasonCalled(tx, body.reason)
      if (!reason?.isForPeople) throw unknownReason(body.reason)
      return {
        now: body.lines.map(({ units, bin }, at) => ({
          facilityId,
          productId: productId(at),
          bin: bin ?? null,
          effect: 'add',
          units,
          reason: body.reason,
        })),
        later: [],
      }
    }
    case 'count':
    case 'receipt': {
      const effect = body.kind === 'count' ? 'count' : 'add'
      const reason = body.kind === 'count' ? 'CYCLE_COUNT' : 'VAR_SHIP_RECV'
      return {
        now: body.lines.map(({ units, bin }, at) => ({ facilityId, productId: productId(at), bin: bin ?? null, effect, units, reason })),
        later: [],
      }
    }
    case 'transfer': {
      const toFacilityId = await facilityOf(tx, body.toFacility)
      const legs = body.lines.map((line, at) =>
        transferLegs({
          from: { facilityId, bin: line.bin ?? null },
          to: { facilityId: toFacilityId, bin: line.toBin ?? null },
          lines: [{ productId: productId(at), units: line.units }],
        }),
      )
      return { now: legs.flatMap(leg => leg.sent), later: legs.flatMap(leg => leg.received) }
    }
  }
}

async function told(tx: Tx, booked: Booked | null, added: number): Promise<Answer<typeof documentBooked>> {
  if (booked === null) return { documentId: null, isRepeat: added === 0, scheduled: added, lines: [] }
  const names = await namesOf(tx, booked.outcomes)
  const lines = booked.outcomes.map(outcome => ({
    ...(names.get(store.positionKey(outcome)) ?? { sku: null, product: '', facility: '' }),
    ...{ bin: outcome.bin, units: outcome.afterUnits - outcome.beforeUnits },
    ...{ beforeUnits: outcome.beforeUnits, afterUnits: outcome.afterUnits },
  }))
  return { documentId: booked.documentId, isRepeat: booked.isRepeat, scheduled: added, lines }
}

async function shownLines(sql: Sql, documentId: number): Promise<Answer<typeof documentDetail>['lines']> {
  return sql.query(
    `select ${NAMES}, m.bin, m.on_hand_units as units, m.reason
       from inventory.movement m join catalog.product p using (product_id) join catalog.facility f using (facility_id)
      where m.document_id = $1 order by m.seq`,
    [documentId],
  )
}

const LISTED = `d.document_id as id, d.kind, d.who, d.reference, d.comment, d.effective_at as "effectiveAt", d.recorded_at as "recordedAt", d.reverses,
  (select r.document_id from inventory.document r where r.reverses = d.document_id) as "reversedBy"`

const WANTED = `($1::text is null or d.kind = $1) and ($2::text is null or position(lower($2) in lower(d.reference)) > 0)`

function unknownDocument(documentId: number): TrueupError {
  return new TrueupError('INVENTORY_DOCUMENT_NOT_FOUND', `There is no document ${documentId}.`, {
    retry: 'never',
    hint: 'Take its number from a movement of the SKU.',
    detail: { documentId },
  })
}

function unknownReason(reason: string): TrueupError {
  return new TrueupError('INVENTORY_REASON_UNKNOWN', `${reason} is no reason that a person can give.`, {
    retry: 'never',
    hint: 'Choose one of those that GET /api/v1/ledger/reasons lists for people, or have an admin add it.',
    detail: { reason },
  })
}

function countInFuture(): TrueupError {
  return new TrueupError('INVENTORY_COUNT_IN_FUTURE', 'Nobody can have counted at an instant that has not come.', {
    retry: 'never',
    hint: 'Leave effectiveAt out, or give the instant at which it was counted.',
  })
}
