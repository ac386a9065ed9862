import type { Sql, Tx } from '../db/connection.ts'
import { stagedTable } from '../import/store.ts'
import type { InstantMs } from '../kernel/clock.ts'

export type ScheduledKind = 'variance' | 'receipt' | 'transfer' | 'restock'

export type Scheduled = {
  scheduledId: number
  kind: ScheduledKind
  facilityId: number
  productId: number
  bin: string | null
  units: number
  reason: string
  reference: string | null
  comment: string | null
  dueAt: InstantMs
  who: string
}

/** The lines of one deed that are for later, under the key of the deed and with the digest of what was asked. */
export type ForLater = { key: string | null; askedSha256: string; lines: readonly Omit<Scheduled, 'scheduledId'>[] }

/** Puts changes into the queue; gives how many: fewer where a change with such a key is there already. */
export async function schedule(tx: Tx, { key, askedSha256, lines }: ForLater, now: InstantMs): Promise<number> {
  const added = await tx.query<{ added: number }>(
    `with added as (
       insert into inventory.scheduled (kind, facility_id, product_id, bin, units, reason, reference, comment, key, due_at, who, created_at,
                                        asked_sha256)
       select kind, facility_id, product_id, bin, units, reason, reference, comment, key, due_at, who, $12, $13
         from unnest($1::text[], $2::integer[], $3::integer[], $4::text[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::text[], $10::timestamptz[], $11::text[])
              as given (kind, facility_id, product_id, bin, units, reason, reference, comment, key, due_at, who)
       on conflict (key) do nothing
       returning 1
     ) select count(*) as added from added`,
    [
      lines.map(row => row.kind),
      lines.map(row => row.facilityId),
      lines.map(row => row.productId),
      lines.map(row => row.bin),
      lines.map(row => row.units),
      lines.map(row => row.reason),
      lines.map(row => row.reference),
      lines.map(row => row.comment),
      lines.map((_, at) => (key === null ? null : keyOfLine(key, at + 1))),
      lines.map(row => new Date(row.dueAt)),
      lines.map(row => row.who),
      new Date(now),
      askedSha256,
    ],
  )
  return added[0]?.added ?? 0
}

/** Whether a deed under this key was for later, and what it asked for; null: none was. `askedSha256` null: from before it was kept. */
export async function askedUnder(tx: Tx, key: string): Promise<{ askedSha256: string | null } | null> {
  const [first] = await tx.query<{ askedSha256: string | null }>(
    'select asked_sha256 as "askedSha256" from inventory.scheduled where key = $1',
    [keyOfLine(key, 1)],
  )
  return first ?? null
}

function keyOfLine(key: string, line: number): string {
  return `${key}/${line}`
}

/** The next believed file that says what will come in. Its verdict is locked, so that no second step takes it. */
export async function nextScheduleFile(tx: Tx): Promise<{ fileId: number; name: string; rowsAccepted: number } | null> {
  const rows = await tx.query<{ fileId: number; name: string; rowsAccepted: number }>(
    `select v.file_id as "fileId", f.name, v.rows_accepted as "rowsAccepted"
       from import.verdict v join feed.file f using (file_id)
      where v.decision = 'believed' and v.applied_at is null and v.subject = 'schedule'
      order by v.seq limit 1 for update of v skip locked`,
  )
  return rows[0] ?? null
}

/**
 * Puts the rows of a file into the queue; a row of nothing brings nothing. Each goes by what it says, so that a list that is sent again,
 * with what is new in it, brings only that; two rows of one file that say the same are two. Gives how many are new.
 */
export async function scheduleFile(tx: Tx, file: { fileId: number; name: string; now: InstantMs }): Promise<number> {
  const rows = await tx.query<{ added: number }>(
    `with added as (
       insert into inventory.scheduled (kind, facility_id, product_id, units, reason, reference, key, due_at, who, created_at)
       select 'restock', facility_id, product_id, units, reason, $1,
              'restock ' || concat_ws(' ', facility_id, product_id, units, extract(epoch from as_of),
                                      row_number() over (partition by facility_id, product_id, units, as_of order by line)), as_of, $1, $2
         from ${stagedTable(file.fileId)} where units <> 0
       on conflict (key) do nothing
       returning 1
     ) select count(*) as added from added`,
    [file.name, new Date(file.now)],
  )
  return rows[0]?.added ?? 0
}

/** The change whose instant came first. Its row is locked, so that no second step takes it. */
export async function nextDue(tx: Tx, now: InstantMs): Promise<Scheduled | null> {
  const rows = await tx.query<Scheduled>(
    `select scheduled_id as "scheduledId", kind, facility_id as "facilityId", product_id as "productId", bin, units, reason, reference, comment,
            due_at as "dueAt", who
       from inventory.scheduled
      where due_at <= $1 and done_at is null and cancelled_at is null and code is null
      order by due_at, scheduled_id limit 1 for update skip locked`,
    [new Date(now)],
  )
  return rows[0] ?? null
}

export async function markDone(tx: Tx, done: { scheduledId: number; documentId: number; now: InstantMs }): Promise<void> {
  await tx.query('update inventory.scheduled set done_at = $3, document_id = $2 where scheduled_id = $1', [
    done.scheduledId,
    done.documentId,
    new Date(done.now),
  ])
}

/** It could not take effect: it stands there with its reason until a person cancels it. */
export async function markRefused(sql: Sql, refused: { scheduledId: number; code: string }): Promise<void> {
  await sql.query('update inventory.scheduled set code = $2 where scheduled_id = $1 and done_at is null', [
    refused.scheduledId,
    refused.code,
  ])
}

/** What a change that was cancelled would have brought, and where. */
export type Cancelled = { kind: ScheduledKind; facility: string | null; product: string | null; units: number; dueAt: InstantMs }

/** Takes a change out of the queue and gives what it was; null when it took effect or was cancelled before. */
export async function cancel(tx: Tx, asked: { scheduledId: number; who: string; now: InstantMs }): Promise<Cancelled | null> {
  const rows = await tx.query<Cancelled>(
    `update inventory.scheduled s set cancelled_at = $3, cancelled_by = $2
      where s.scheduled_id = $1 and s.done_at is null and s.cancelled_at is null
      returning s.kind, (select code from catalog.facility f where f.facility_id = s.facility_id) as facility,
                (select name from catalog.product p where p.product_id = s.product_id) as product, s.units, s.due_at as "dueAt"`,
    [asked.scheduledId, asked.who, new Date(asked.now)],
  )
  return rows[0] ?? null
}
