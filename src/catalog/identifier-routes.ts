import { recordAudit } from '../db/audit.ts'
import type { Db } from '../db/connection.ts'
import { declaredName, newFacilityAlias, newIdentifier } from '../http/contract/identifier.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { addFacilityAlias, addIdentifier, productCalled } from './identifier-store.ts'

export type IdentifierRouteDeps = {
  db: Db
  clock: Clock
  /** Rows may wait for what was declared. */
  declared(): void
}

/** People say what a name means that nobody knew. */
export function identifierRoutes({ db, clock, declared }: IdentifierRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'POST',
      path: '/catalog/identifiers',
      summary: 'Gives a product one more identifier; rows of files that wait for it are applied, with the moment of their file',
      tag: 'catalog',
      role: 'operator',
      body: newIdentifier,
      answer: declaredName,
      status: 201,
      async handle({ body, who }) {
        await db.transaction(async tx => {
          const product = await productCalled(tx, body.same)
          if (product === null) throw noProduct(`${body.same.type} ${body.same.value}`)
          const other = await productCalled(tx, body)
          if (other !== null) throw taken(`${body.type} ${body.value}`, other.name)
          await addIdentifier(tx, product.productId, body)
          await recordAudit(tx, {
            ...{ at: clock.now(), who: who.name, action: 'product.identifier', subject: 'product', name: product.name },
            before: null,
            after: { type: body.type, value: body.value },
          })
        })
        declared()
        return { value: body.value }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/catalog/facility-aliases',
      summary: 'Gives a facility one more name, as a sender writes it; rows that wait for it are applied',
      tag: 'catalog',
      role: 'operator',
      body: newFacilityAlias,
      answer: declaredName,
      status: 201,
      async handle({ body, who }) {
        await db.transaction(async tx => {
          if (!(await addFacilityAlias(tx, body.facility, body.value))) throw noFacility(body.facility, body.value)
          await recordAudit(tx, {
            ...{
              at: clock.now(),
              who: who.name,
              action: 'facility.alias',
              subject: 'facility',
              name: body.facility,
              before: null,
              after: { alias: body.value },
            },
          })
        })
        declared()
        return { value: body.value }
      },
    }),
  ]
}

function noProduct(name: string): TrueupError {
  return new TrueupError('CATALOG_PRODUCT_NOT_FOUND', `No product goes by ${name}.`, {
    retry: 'never',
    hint: 'Name the product by an identifier that it has.',
    detail: { name },
  })
}

function taken(name: string, product: string): TrueupError {
  return new TrueupError('CATALOG_IDENTIFIER_TAKEN', `${name} is already a name of ${product}.`, {
    retry: 'never',
    hint: 'One value of one type names one product. Look whether the file or the catalogue is wrong.',
    detail: { name, product },
  })
}

function noFacility(facility: string, value: string): TrueupError {
  return new TrueupError(
    'CATALOG_FACILITY_ALIAS_REFUSED',
    `${value} cannot be a name of ${facility}: there is no such facility, or ${value} names one already.`,
    {
      retry: 'never',
      hint: 'Choose the code of a facility that the catalogue has.',
      detail: { facility, value },
    },
  )
}
