import type { z } from 'zod'
import { recordAudit } from '../db/audit.ts'
import type { Db, Sql, Tx } from '../db/connection.ts'
import { accessScopeOf } from '../http/contract/access-scope.ts'
import type { Answer } from '../http/contract/instant.ts'
import { offsetOf, pageFrom } from '../http/contract/page.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import {
  addedShop,
  findingsPage,
  findingsQuery,
  group,
  type linkFinding,
  locationList,
  locationParams,
  mapping,
  newGroup,
  newMapping,
  newShop,
  shopParams,
} from '../http/contract/shop.ts'
import type { Clock } from '../kernel/clock.ts'
import { proposeMapping } from './mapping.ts'
import { locationsOf, mappingWanted } from './mapping-store.ts'
import { facilityNotFound, mappingStands, shopNotFound } from './not-as-asked.ts'
import * as store from './store.ts'

export type CatalogRouteDeps = {
  db: Db
  clock: Clock
  /** Makes of a token what may lie in the database. */
  seal(token: string): string
  /** A shop may be written to from now on, as far as people say. True: not before somebody has seen what that changes. */
  letWrite(tx: Tx, shopId: number): Promise<boolean>
  /** A shop has to be read. */
  shopChanged(): void
  /** A location or a channel stands for something else now. */
  mappingChanged(): void
}

/** What things are called where: people connect shops, map locations, and see what could not be linked. */
export function catalogRoutes({ db, clock, seal, letWrite, shopChanged, mappingChanged }: CatalogRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'POST',
      path: '/shops',
      summary: 'Connects a shop, or gives a connected one another address, token or access',
      tag: 'catalog',
      role: 'admin',
      body: newShop,
      answer: addedShop,
      status: 201,
      async handle({ body: { code, name: given, url, token, accessScope: said }, who }) {
        const apiUrl = url.replace(/\/+$/, '')
        const accessScope = said === undefined ? null : accessScopeOf(said)
        const {
          shop: after,
          name,
          isShadow,
        } = await db.transaction(async tx => {
          const before = await store.shopCalled(tx, code)
          const name = given ?? before?.name ?? code
          await store.addShop(tx, {
            code,
            name,
            apiUrl,
            apiVersion: store.API_VERSION,
            accessScope,
            tokenSealed: token === undefined ? null : seal(token),
          })
          const shop = await store.shopCalled(tx, code)
          const isShadow = shop !== null && accessScope === 'read_and_write' && (await letWrite(tx, shop.shopId))
          const deed = { who: who.name, action: before === null ? 'shop.connect' : 'shop.reconnect', subject: 'shop', name: code }
          await recordAudit(tx, { ...deed, at: clock.now(), before: before && publicOf(before), after: shop && publicOf(shop) })
          return { shop, name, isShadow }
        })
        shopChanged()
        return { code, name, apiUrl, accessScope: after?.accessScope ?? 'read_only', isShadow }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/shops/:code/locations',
      summary: 'The locations of a shop, what each stands for, and what it might',
      tag: 'catalog',
      role: 'viewer',
      params: shopParams,
      answer: locationList,
      wholeLists: ['rows'],
      async handle({ params }) {
        const shop = await knownShop(db, params.code)
        return { shop: shop.code, catalogReadAt: shop.catalogReadAt, rows: await withProposals(db, shop.shopId) }
      },
    }),
    jsonRoute({
      method: 'PUT',
      path: '/shops/:code/locations/:locationId/mapping',
      summary: 'Says which facility or which group a location stands for',
      tag: 'catalog',
      role: 'admin',
      params: locationParams,
      body: newMapping,
      answer: mapping,
      async handle({ params, body, who }) {
        const mapped = await db.transaction(async tx => {
          const { before, after } = await mapTo(tx, { ...params, facility: body.facility ?? null, group: body.group ?? null })
          const deed = { action: 'shop.map', subject: 'shop', name: params.code, before, after: { ...before, ...after } }
          await recordAudit(tx, { at: clock.now(), who: who.name, ...deed })
          return after
        })
        mappingChanged()
        return mapped
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/groups',
      summary: 'Makes a channel group of facilities, or adds facilities to one',
      tag: 'catalog',
      role: 'admin',
      body: newGroup,
      answer: group,
      status: 201,
      async handle({ body: { code, name = code, facilities }, who }) {
        const members = await db.transaction(async tx => {
          for (const facility of facilities) if ((await facilityCalled(tx, facility)) === null) throw facilityNotFound(facility)
          const groupId = await store.addChannelGroup(tx, { code, name, facilityCodes: facilities, now: clock.now() })
          const members = await groupMembers(tx, groupId)
          const deed = { action: 'group.change', subject: 'group', name: code, before: null, after: { name, facilities: members } }
          await recordAudit(tx, { at: clock.now(), who: who.name, ...deed })
          return members
        })
        mappingChanged()
        return { code, name, facilities: members }
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/catalog/findings',
      summary: 'SKUs and items that could not be linked, with the reason',
      tag: 'catalog',
      role: 'viewer',
      query: findingsQuery,
      answer: findingsPage,
      async handle({ query }) {
        const byCode = await findingsByCode(db, query)
        const total = byCode.reduce((sum, { code, findings }) => sum + (query.code === undefined || query.code === code ? findings : 0), 0)
        return { ...(await pageFrom(query, await findingsOf(db, query), async () => total)), byCode }
      },
    }),
  ]
}

/** What of a shop may stand in the log: never its token. */
function publicOf({ name, apiUrl, accessScope, isAccessScopeSet }: store.Shop) {
  return { name, apiUrl, accessScope: isAccessScopeSet ? accessScope : null }
}

async function knownShop(sql: Sql, code: string): Promise<store.Shop> {
  const shop = await store.shopCalled(sql, code)
  if (shop === null) throw shopNotFound(code)
  return shop
}

/** What is free on both sides may be proposed; a mapping that a person made is never questioned. */
async function withProposals(sql: Sql, shopId: number) {
  const [locations, facilities] = [await locationsOf(sql, shopId), await facilitiesNotMapped(sql, shopId)]
  const free = locations.filter(location => location.facility === null && location.group === null)
  const proposed = new Map(proposeMapping(free, facilities).map(proposal => [proposal.locationId, proposal.facilityId]))
  const codes = new Map(facilities.map(facility => [facility.facilityId, facility.code]))
  return locations.map(location => ({ ...location, proposedFacility: codes.get(proposed.get(location.locationId) ?? 0) ?? null }))
}

type AskedMapping = { code: string; locationId: number; facility: string | null; group: string | null }

type Mapped = { before: { location: string; facility: string | null; group: string | null }; after: Answer<typeof mapping> }

async function mapTo(tx: Tx, { code, locationId, facility, group }: AskedMapping): Promise<Mapped> {
  const { shopId } = await knownShop(tx, code)
  const { before, ...to } = await mappingWanted(tx, { shopId, shop: code, locationId, facility, group })
  const standsFor = before.facility ?? before.group
  if (standsFor !== null && standsFor !== (facility ?? group)) throw mappingStands({ shop: code, locationId, standsFor })
  await store.mapLocation(tx, { shopId, locationId, ...to })
  return { before, after: { shop: code, locationId, facility, group } }
}

async function facilitiesNotMapped(sql: Sql, shopId: number): Promise<{ facilityId: number; code: string; name: string }[]> {
  return sql.query(
    `select f.facility_id as "facilityId", f.code, f.name from catalog.facility f
      where f.closed_at is null and not exists (select 1 from catalog.location_mapping m where m.shop_id = $1 and m.facility_id = f.facility_id)`,
    [shopId],
  )
}

async function facilityCalled(sql: Sql, code: string): Promise<number | null> {
  const rows = await sql.query<{ facilityId: number }>('select facility_id as "facilityId" from catalog.facility where code = $1', [code])
  return rows[0]?.facilityId ?? null
}

async function groupMembers(sql: Sql, groupId: number): Promise<string[]> {
  const rows = await sql.query<{ code: string }>(
    `select f.code from catalog.facility_group_member m join catalog.facility f using (facility_id)
      where m.group_id = $1 and m.thru_at is null order by f.code`,
    [groupId],
  )
  return rows.map(row => row.code)
}

const FINDINGS_WANTED = `($1::text is null or s.code = $1)
  and ($2::text is null or position(lower($2) in lower(f.sku)) > 0 or position(lower($2) in lower(coalesce(p.name, ''))) > 0)`
const FINDINGS = 'catalog.link_finding f join catalog.shop s using (shop_id) left join catalog.product p on p.product_id = f.product_id'

type FindingsQuery = z.output<typeof findingsQuery>

async function findingsByCode(sql: Sql, query: FindingsQuery): Promise<{ code: string; findings: number }[]> {
  return sql.query(`select f.code, count(*) as findings from ${FINDINGS} where ${FINDINGS_WANTED} group by f.code order by f.code`, [
    query.shop ?? null,
    query.search || null,
  ])
}

async function findingsOf(sql: Sql, query: FindingsQuery): Promise<Answer<typeof linkFinding>[]> {
  return sql.query(
    `select s.code as shop, f.code, f.sku, f.inventory_item_gid as "inventoryItemGid", p.name as product, f.detail, f.found_at as "foundAt"
       from ${FINDINGS}
      where ${FINDINGS_WANTED} and ($3::text is null or f.code = $3)
      order by f.code, f.sku, f.inventory_item_gid limit $4 offset $5`,
    [query.shop ?? null, query.search || null, query.code ?? null, query.pageSize, offsetOf(query)],
  )
}
