import type { Sql, Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { type LevelKey, promised } from './promised-store.ts'
import { gatherAll } from './target-store.ts'

/** `units`: by how much too much is promised. `example`: one of those that differ, as it is told. */
export type Compared = { promises: number; differing: number; units: number; example: string | null }

/**
 * Every stored promise, and every one that should be there, beside what it comes to now; but for these, which wait to be worked out.
 * Writes nothing.
 */
export async function comparePromises(tx: Tx, waiting: readonly LevelKey[]): Promise<Compared> {
  const all = await gatherAll(tx)
  if (waiting.length > 0)
    await tx.query(
      `delete from wanted w using unnest($1::integer[], $2::integer[], $3::integer[]) as k (shop_id, location_id, product_id)
        where w.shop_id = k.shop_id and w.location_id = k.location_id and w.product_id = k.product_id`,
      [waiting.map(level => level.shopId), waiting.map(level => level.locationId), waiting.map(level => level.productId)],
    )
  const differing = await promised(tx, all)
  const rows = await tx.query<Compared>(
    `${differing.with} said as (
       select d.*, coalesce(t.sellable_units - t.deficit_units, 0) as stored_units, d.sellable_units - d.deficit_units as right_units
         from differing d left join availability.target t using (shop_id, location_id, product_id)
     )
     select (select count(*) from wanted) as promises, (select count(*) from said) as differing,
            (select coalesce(sum(greatest(0, stored_units - right_units)), 0) from said) as units,
            (select coalesce((select min(i.value) from catalog.product_identifier i where i.product_id = e.product_id and i.type = 'SKU'), 'a product')
                    || ' at ' || l.name || ' of ' || s.code || ': ' || e.stored_units || ' instead of ' || e.right_units
               from (select * from said order by stored_units - right_units desc, shop_id, location_id, product_id limit 1) e
               join catalog.shop s using (shop_id) join catalog.location l on l.location_id = e.location_id) as example`,
  )
  return rows[0] ?? { promises: 0, differing: 0, units: 0, example: null }
}

export async function keepCheck(sql: Sql, checked: Compared, now: InstantMs): Promise<void> {
  await sql.query(
    `insert into availability.check_run (checked_at, promises, differing, units, example) values ($1, $2, $3, $4, $5)
     on conflict (checked_at) do nothing`,
    [new Date(now), checked.promises, checked.differing, checked.units, checked.example],
  )
}
