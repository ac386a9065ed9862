import { createReadStream } from 'node:fs'
import type { Db } from '../src/db/connection.ts'

/**
 * What the database needs at the least, by hand: the bytes of the file into an unlogged table, and one merge that writes
 * position and movement. No parser, no rules, no rejected rows, nothing to explain a number with.
 */
export async function makeLimit(db: Db): Promise<void> {
  await db.query('create schema limit_of')
  await db.query('create unlogged table limit_of.incoming (facility text, id_type text, sku text, units integer)')
  await db.query(
    'create table limit_of.position (facility_id integer, product_id integer, units integer, primary key (facility_id, product_id)) with (fillfactor = 80)',
  )
  await db.query(
    'create table limit_of.movement (seq bigint generated always as identity, facility_id integer, product_id integer, units integer, recorded_at timestamptz, primary key (facility_id, product_id, seq))',
  )
}

export type Limit = { copyMs: number; mergeMs: number; movements: number }

export async function runLimit(db: Db, file: string): Promise<Limit> {
  await db.query('truncate limit_of.incoming')
  const startedAt = performance.now()
  const result = await db.transaction(async tx => {
    await tx.query(`set local work_mem = '256MB'`)
    await tx.copyIn('copy limit_of.incoming from stdin (format csv, header)', createReadStream(file))
    const copiedAt = performance.now()
    const [row] = await tx.query<{ movements: number }>(
      `with moved as (
         insert into limit_of.movement (facility_id, product_id, units, recorded_at)
         select f.facility_id, p.product_id, i.units - coalesce(o.units, 0), to_timestamp(0)
           from limit_of.incoming i
           join catalog.facility f on f.external_id = i.facility
           join catalog.product_identifier p on p.type = i.id_type and p.value = i.sku
           left join limit_of.position o on o.facility_id = f.facility_id and o.product_id = p.product_id
          where o.units is distinct from i.units
         returning facility_id, product_id, units
       ), positioned as (
         insert into limit_of.position as o select facility_id, product_id, units from moved
         on conflict (facility_id, product_id) do update set units = o.units + excluded.units
       )
       select count(*) as movements from moved`,
    )
    return { copyMs: copiedAt - startedAt, movements: row?.movements ?? 0 }
  })
  return { ...result, mergeMs: performance.now() - startedAt - result.copyMs }
}
