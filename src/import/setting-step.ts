import { setChannelSettings, setFacilitySettings } from '../catalog/setting-store.ts'
import * as catalog from '../catalog/store.ts'
import type { Tx } from '../db/connection.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { facilityFinder } from './facility-finder.ts'
import type { RawRow, Reading } from './format-port.ts'
import type { LayoutPlan, MappingLayout, SettingLayout } from './layout.ts'
import { type LocationRow, readLocationRow } from './location-row.ts'
import { locationsByGid, shopsByCode, standingMappings } from './location-store.ts'
import { groupsByCode, productsOfRows } from './order-store.ts'
import type { RowSettings } from './row.ts'
import { ROW_REASON, type RowRejected } from './row-code.ts'
import { reject } from './row-reject.ts'
import { readSettingRow, type SettingRow } from './setting-row.ts'

type Taken = { rowsRead: number; rejected: RowRejected[] }

/** Takes what a file says of products at facilities and in channels into the catalogue. Of two rows on one thing the last counts. */
export async function importSettings(
  tx: Tx,
  reading: Reading,
  plan: LayoutPlan & { layout: SettingLayout },
  options: RowSettings,
  now: InstantMs,
): Promise<Taken> {
  const facilities = facilityFinder(await catalog.facilityKeys(tx))
  const groups = await groupsByCode(tx)
  const taken: Taken = { rowsRead: 0, rejected: [] }
  for await (const batch of reading.batches) {
    taken.rowsRead += batch.rows.length + batch.unreadable.length
    taken.rejected.push(...batch.unreadable)
    const read: { raw: RawRow; row: SettingRow }[] = []
    for (const raw of batch.rows) {
      const row = readSettingRow(plan, raw, options)
      if (row.kind === 'rejected') taken.rejected.push(row)
      else read.push({ raw, row })
    }
    const products = await productsOfRows(
      tx,
      read.map(({ row }) => row),
    )
    const atFacilities: Parameters<typeof setFacilitySettings>[1][number][] = []
    const inChannels: Parameters<typeof setChannelSettings>[1][number][] = []
    for (const [at, { raw, row }] of read.entries()) {
      const { productId = null, isTypeKnown = false } = products[at] ?? {}
      const { type, value } = row.product
      if (productId === null) {
        const code = isTypeKnown ? 'ROW_PRODUCT_UNKNOWN' : 'ROW_ID_TYPE_UNKNOWN'
        taken.rejected.push(reject.because(raw, code, ROW_REASON[code].replace('.', isTypeKnown ? `: ${type} ${value}.` : `: ${type}.`)))
        continue
      }
      const groupId = row.channel === null ? null : (groups.get(row.channel) ?? null)
      const facilityId = row.facility === null ? null : facilities(row.facility)
      if (row.channel !== null && groupId === null)
        taken.rejected.push(reject.because(raw, 'ROW_CHANNEL_UNKNOWN', ROW_REASON.ROW_CHANNEL_UNKNOWN.replace('.', `: ${row.channel}.`)))
      else if (row.facility !== null && facilityId === null) taken.rejected.push(reject.facilityUnknown(raw, row.facility))
      else if (groupId !== null)
        inChannels.push({ ...saidOf(row), groupId, productId, thresholdUnits: row.thresholdUnits ?? row.safetyStockUnits })
      // At a configuration facility a threshold is its safety stock, which the catalogue hands on to the channels.
      else if (facilityId !== null)
        atFacilities.push({
          ...saidOf(row),
          facilityId,
          productId,
          safetyStockUnits: row.safetyStockUnits ?? row.thresholdUnits,
          reorderUnits: row.reorderUnits,
        })
    }
    if (atFacilities.length > 0) await setFacilitySettings(tx, atFacilities, now)
    if (inChannels.length > 0) await setChannelSettings(tx, inChannels)
  }
  return taken
}

function saidOf({ allowBrokering, allowPickup }: SettingRow) {
  return { allowBrokering, allowPickup }
}

/** Maps locations of shops to facilities and channels. A location that no shop has told of yet cannot be mapped. */
export async function importLocations(tx: Tx, reading: Reading, plan: LayoutPlan & { layout: MappingLayout }): Promise<Taken> {
  const facilities = facilityFinder(await catalog.facilityKeys(tx))
  const [groups, shops, locations] = [await groupsByCode(tx), await shopsByCode(tx), await locationsByGid(tx)]
  const standing = await standingMappings(tx)
  const taken: Taken = { rowsRead: 0, rejected: [] }
  for await (const batch of reading.batches) {
    taken.rowsRead += batch.rows.length + batch.unreadable.length
    taken.rejected.push(...batch.unreadable)
    for (const raw of batch.rows) {
      const row = readLocationRow(plan, raw)
      const mapping = row.kind === 'rejected' ? row : mappingOf(raw, row)
      if ('code' in mapping) taken.rejected.push(mapping)
      else {
        await catalog.mapLocation(tx, mapping)
        standing.at.set(mapping.locationId, mapping)
      }
    }
  }
  return taken

  function mappingOf(raw: RawRow, row: LocationRow): Mapping | RowRejected {
    const shopId = shops.get(row.shop)
    if (shopId === undefined) return reject.because(raw, 'ROW_SHOP_UNKNOWN', ROW_REASON.ROW_SHOP_UNKNOWN.replace('.', `: ${row.shop}.`))
    const locationId = locations.get(`${shopId} ${row.locationGid}`)
    if (locationId === undefined)
      return reject.because(raw, 'ROW_LOCATION_UNKNOWN', ROW_REASON.ROW_LOCATION_UNKNOWN.replace('.', `: ${row.locationGid}.`))
    if (row.facilityId !== null) {
      const facilityId = facilities({ type: 'facilityId', value: row.facilityId })
      return facilityId === null
        ? reject.facilityUnknown(raw, { type: 'facilityId', value: row.facilityId })
        : unlessItStands(raw, { shopId, locationId, facilityId, groupId: null })
    }
    const [onlyGroup] = groups.size === 1 ? groups.values() : []
    const groupId = row.channel === null ? onlyGroup : groups.get(row.channel)
    if (groupId !== undefined) return unlessItStands(raw, { shopId, locationId, facilityId: null, groupId })
    const named = row.channel ?? 'several channels, and the row names none'
    return reject.because(raw, 'ROW_CHANNEL_UNKNOWN', ROW_REASON.ROW_CHANNEL_UNKNOWN.replace('.', `: ${named}.`))
  }

  /** What a location shows is asked about before it stands for something else, and a file cannot be asked. */
  function unlessItStands(raw: RawRow, mapping: Mapping): Mapping | RowRejected {
    const now = standing.at.get(mapping.locationId)
    if (now && (now.facilityId !== mapping.facilityId || now.groupId !== mapping.groupId))
      return reject.because(raw, 'ROW_MAPPING_STANDS', ROW_REASON.ROW_MAPPING_STANDS)
    if (mapping.facilityId !== null && standing.closed.has(mapping.facilityId))
      return reject.because(raw, 'ROW_FACILITY_CLOSED', ROW_REASON.ROW_FACILITY_CLOSED)
    return mapping
  }
}

type Mapping = Parameters<typeof catalog.mapLocation>[1]
