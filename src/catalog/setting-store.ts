import type { Sql, Tx } from '../db/connection.ts'
import { readCursor, setHead } from '../db/cursor.ts'
import type { InstantMs } from '../kernel/clock.ts'

/** Where the changes of what is said about products at facilities and in channels end: availability follows them. */
export const SETTINGS_HEAD = 'catalog:settings'

/** What is said of a product at a facility. A field that is left out stays as it is; null takes it back, so that a rule or the default holds. */
export type FacilitySetting = {
  facilityId: number
  productId: number
  safetyStockUnits?: number | null | undefined
  allowBrokering?: boolean | null | undefined
  allowPickup?: boolean | null | undefined
  reorderUnits?: number | null | undefined
}

/**
 * Keeps what is said as a set: of two rows on one product and facility the last counts. What is said at a configuration
 * facility is meant for the channels it belongs to: its safety stock is their threshold. Gives how many rows changed.
 */
export async function setFacilitySettings(tx: Tx, settings: readonly FacilitySetting[], now: InstantMs): Promise<number> {
  const configurations = await channelsOfConfigurations(tx, now)
  const forChannels = settings.flatMap(row =>
    (configurations.get(row.facilityId) ?? []).map(groupId => ({ ...row, groupId, thresholdUnits: row.safetyStockUnits })),
  )
  const changed = forChannels.length === 0 ? 0 : await setChannelSettings(tx, forChannels)
  const rows = lastOf(
    settings.filter(row => !configurations.has(row.facilityId)),
    row => `${row.facilityId} ${row.productId}`,
  )
  if (rows.length === 0) return changed
  await readCursor(tx, SETTINGS_HEAD)
  const [kept] = await tx.query<{ changed: number }>(
    `with given as (
       select * from unnest($1::integer[], $2::integer[], $3::integer[], $4::boolean[], $5::boolean[], $6::boolean[], $7::boolean[], $8::boolean[],
                            $9::integer[], $10::boolean[])
         as g (facility_id, product_id, safety, has_safety, brokering, has_brokering, pickup, has_pickup, reorder, has_reorder)
     ), changed as (
       insert into catalog.product_facility as s (facility_id, product_id, safety_stock_units, allow_brokering, allow_pickup, reorder_units, seq)
       select facility_id, product_id, safety, brokering, pickup, reorder, nextval('catalog.setting_seq')
         from (
           select g.facility_id, g.product_id,
                  case when has_safety then safety else k.safety_stock_units end as safety,
                  case when has_brokering then brokering else k.allow_brokering end as brokering,
                  case when has_pickup then pickup else k.allow_pickup end as pickup,
                  case when has_reorder then reorder else k.reorder_units end as reorder
             from given g left join catalog.product_facility k using (facility_id, product_id)
         ) wanted
       on conflict (facility_id, product_id) do update
          set safety_stock_units = excluded.safety_stock_units, allow_brokering = excluded.allow_brokering,
              allow_pickup = excluded.allow_pickup, reorder_units = excluded.reorder_units, seq = excluded.seq
        where (s.safety_stock_units, s.allow_brokering, s.allow_pickup, s.reorder_units)
              is distinct from (excluded.safety_stock_units, excluded.allow_brokering, excluded.allow_pickup, excluded.reorder_units)
       returning 1
     )
     select count(*) as changed from changed`,
    [
      rows.map(row => row.facilityId),
      rows.map(row => row.productId),
      ...columnOf(rows, row => row.safetyStockUnits),
      ...columnOf(rows, row => row.allowBrokering),
      ...columnOf(rows, row => row.allowPickup),
      ...columnOf(rows, row => row.reorderUnits),
    ],
  )
  await publishSettings(tx)
  return changed + (kept?.changed ?? 0)
}

/** Which channels a configuration facility speaks for at an instant. One that belongs to none is here too, with none. */
async function channelsOfConfigurations(tx: Tx, now: InstantMs): Promise<Map<number, number[]>> {
  const rows = await tx.query<{ facilityId: number; groupIds: number[] }>(
    `select f.facility_id as "facilityId", array_remove(array_agg(distinct m.group_id), null) as "groupIds"
       from catalog.facility f
       left join catalog.facility_group_member m
         on m.facility_id = f.facility_id and m.from_at <= $1 and (m.thru_at is null or m.thru_at > $1)
      where f.type = 'CONFIGURATION'
      group by f.facility_id`,
    [new Date(now)],
  )
  return new Map(rows.map(row => [row.facilityId, row.groupIds]))
}

/** What is said of a product in a channel: as `FacilitySetting`. */
export type ChannelSetting = {
  groupId: number
  productId: number
  thresholdUnits?: number | null | undefined
  allowBrokering?: boolean | null | undefined
  allowPickup?: boolean | null | undefined
}

/** As `setFacilitySettings`, for channels. */
export async function setChannelSettings(tx: Tx, settings: readonly ChannelSetting[]): Promise<number> {
  const rows = lastOf(settings, row => `${row.groupId} ${row.productId}`)
  await readCursor(tx, SETTINGS_HEAD)
  const [kept] = await tx.query<{ changed: number }>(
    `with given as (
       select * from unnest($1::integer[], $2::integer[], $3::integer[], $4::boolean[], $5::boolean[], $6::boolean[], $7::boolean[], $8::boolean[])
         as g (group_id, product_id, threshold, has_threshold, brokering, has_brokering, pickup, has_pickup)
     ), changed as (
       insert into catalog.product_channel as s (group_id, product_id, threshold_units, allow_brokering, allow_pickup, seq)
       select group_id, product_id, threshold, brokering, pickup, nextval('catalog.setting_seq')
         from (
           select g.group_id, g.product_id,
                  case when has_threshold then threshold else k.threshold_units end as threshold,
                  case when has_brokering then brokering else k.allow_brokering end as brokering,
                  case when has_pickup then pickup else k.allow_pickup end as pickup
             from given g left join catalog.product_channel k using (group_id, product_id)
         ) wanted
       on conflict (group_id, product_id) do update
          set threshold_units = excluded.threshold_units, allow_brokering = excluded.allow_brokering,
              allow_pickup = excluded.allow_pickup, seq = excluded.seq
        where (s.threshold_units, s.allow_brokering, s.allow_pickup)
              is distinct from (excluded.threshold_units, excluded.allow_brokering, excluded.allow_pickup)
       returning 1
     )
     select count(*) as changed from changed`,
    [
      rows.map(row => row.groupId),
      rows.map(row => row.productId),
      ...columnOf(rows, row => row.thresholdUnits),
      ...columnOf(rows, row => row.allowBrokering),
      ...columnOf(rows, row => row.allowPickup),
    ],
  )
  await publishSettings(tx)
  return kept?.changed ?? 0
}

/** The head's lock, taken before the first number was drawn, makes the numbers commit in their order. */
async function publishSettings(tx: Tx): Promise<void> {
  const rows = await tx.query<{ head: number }>('select case when is_called then last_value else 0 end as head from catalog.setting_seq')
  await setHead(tx, SETTINGS_HEAD, rows[0]?.head ?? 0)
}

/** A column of values, and a column that says where one was given at all. */
function columnOf<Row, Value>(rows: readonly Row[], of: (row: Row) => Value | null | undefined): [(Value | null)[], boolean[]] {
  return [rows.map(row => of(row) ?? null), rows.map(row => of(row) !== undefined)]
}

function lastOf<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  return [...new Map(rows.map(row => [keyOf(row), row])).values()]
}

export type SaidOfProduct = {
  facilities: { facility: string; safetyStockUnits: number | null; allowBrokering: boolean | null; allowPickup: boolean | null }[]
  channels: { channel: string; thresholdUnits: number | null; allowBrokering: boolean | null; allowPickup: boolean | null }[]
}

/** What is said of a product itself, by code of place; what is not here is said by nobody. */
export async function settingsOf(sql: Sql, productId: number): Promise<SaidOfProduct> {
  const facilities = await sql.query<SaidOfProduct['facilities'][number]>(
    `select f.code as facility, s.safety_stock_units as "safetyStockUnits", s.allow_brokering as "allowBrokering", s.allow_pickup as "allowPickup"
       from catalog.product_facility s join catalog.facility f using (facility_id)
      where s.product_id = $1 and num_nonnulls(s.safety_stock_units, s.allow_brokering, s.allow_pickup) > 0 order by f.code`,
    [productId],
  )
  const channels = await sql.query<SaidOfProduct['channels'][number]>(
    `select g.code as channel, s.threshold_units as "thresholdUnits", s.allow_brokering as "allowBrokering", s.allow_pickup as "allowPickup"
       from catalog.product_channel s join catalog.facility_group g using (group_id)
      where s.product_id = $1 and num_nonnulls(s.threshold_units, s.allow_brokering, s.allow_pickup) > 0 order by g.code`,
    [productId],
  )
  return { facilities, channels }
}
