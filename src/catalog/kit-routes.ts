import { recordAudit } from '../db/audit.ts'
import type { Sql, Tx } from '../db/connection.ts'
import type { Answer } from '../http/contract/instant.ts'
import { offsetOf, pageFrom } from '../http/contract/page.ts'
import { kit, kitParams, kitsPage, kitsQuery, newKit } from '../http/contract/place.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { TrueupError } from '../kernel/error.ts'
import * as store from './kit-store.ts'
import { skuNotFound } from './not-as-asked.ts'
import type { PlaceRouteDeps } from './place-routes.ts'

/** Kits, and pools that several SKUs share: what each is made of. */
export function kitRoutes({ db, clock, switched }: PlaceRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/kits',
      summary: 'Kits with what each is made of; a SKU of a shared pool is made of one unit of the pool',
      tag: 'catalog',
      role: 'viewer',
      query: kitsQuery,
      answer: kitsPage,
      async handle({ query }) {
        const search = query.search || null
        const found = await store.kitsOf(db, { search, limit: query.pageSize, offset: offsetOf(query) })
        return pageFrom(query, found, () => store.countKits(db, search))
      },
    }),
    jsonRoute({
      method: 'PUT',
      path: '/kits/:sku',
      summary: 'Says what a kit is made of; with no components it is a kit no more. Its promises follow',
      tag: 'catalog',
      role: 'operator',
      params: kitParams,
      body: newKit,
      answer: kit,
      async handle({ params: { sku }, body: { components, reason }, who }) {
        const after = await db.transaction(async tx => {
          const product = await productOf(tx, sku)
          const before = await componentsOf(tx, product.productId)
          await makeKit(tx, { sku, productId: product.productId, components })
          const made = await componentsOf(tx, product.productId)
          const deed = { action: 'kit.set', subject: 'kit', name: sku, before, after: made, reason }
          await recordAudit(tx, { at: clock.now(), who: who.name, ...deed })
          return { sku, name: product.name, components: made }
        })
        switched()
        return after
      },
    }),
  ]
}

async function productOf(sql: Sql, sku: string): Promise<{ productId: number; name: string }> {
  const product = await store.productOfSku(sql, sku)
  if (product === null) throw skuNotFound(sku)
  return product
}

async function componentsOf(sql: Sql, productId: number): Promise<Answer<typeof kit>['components']> {
  return (await store.kitOf(sql, productId))?.components ?? []
}

type Made = { sku: string; productId: number; components: readonly { sku: string; units: number }[] }

async function makeKit(tx: Tx, { sku, productId, components }: Made): Promise<void> {
  const rows: store.KitRow[] = []
  for (const component of components) {
    const { productId: componentProductId } = await productOf(tx, component.sku)
    if (componentProductId === productId) throw kitRefused(sku, `${sku} cannot be a part of itself.`)
    if (rows.some(row => row.componentProductId === componentProductId))
      throw kitRefused(sku, `${component.sku} is named twice: name it once, with all its units.`)
    rows.push({ kitProductId: productId, componentProductId, units: component.units })
  }
  if ((await store.kitsInConflict(tx, rows)).length > 0)
    throw kitRefused(sku, `${sku} would be a kit of kits: it is a part of another kit, or one of its parts is a kit itself.`)
  await store.setKits(tx, [productId], rows)
}

function kitRefused(sku: string, message: string): TrueupError {
  return new TrueupError('CATALOG_KIT_REFUSED', message, {
    retry: 'never',
    hint: 'Name the parts that lie on the shelf, each once: what a part is made of itself belongs there in its stead.',
    detail: { sku },
  })
}
