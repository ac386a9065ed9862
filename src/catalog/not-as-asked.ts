import { TrueupError } from '../kernel/error.ts'

/* What a person named that does not exist, or cannot be had twice. */

export function shopNotFound(shop: string): TrueupError {
  return new TrueupError('SHOP_NOT_FOUND', `There is no shop ${shop}.`, {
    retry: 'never',
    hint: 'Choose one that `trueup shop list` shows, or connect it with `trueup shop add`.',
    detail: { shop },
  })
}

export function locationNotFound(shop: string, locationId: number): TrueupError {
  return new TrueupError('CATALOG_LOCATION_NOT_FOUND', `The shop ${shop} has no location ${locationId}.`, {
    retry: 'never',
    hint: `Choose one that \`trueup shop locations ${shop}\` shows.`,
    detail: { shop, locationId },
  })
}

export function facilityNotFound(facility: string): TrueupError {
  return new TrueupError('CATALOG_FACILITY_NOT_FOUND', `There is no facility ${facility}.`, {
    retry: 'never',
    hint: 'Check its code; if it is new, bring it in by a file for the feed `facilities` first.',
    detail: { facility },
  })
}

export function groupNotFound(group: string): TrueupError {
  return new TrueupError('CATALOG_GROUP_NOT_FOUND', `There is no group ${group}.`, {
    retry: 'never',
    hint: 'Check its code, or make it with `trueup group add`.',
    detail: { group },
  })
}

export function alreadyMapped(taken: { shop: string; target: string; location: string }): TrueupError {
  return new TrueupError('CATALOG_ALREADY_MAPPED', `In the shop ${taken.shop}, ${taken.target} is mapped to ${taken.location} already.`, {
    retry: 'never',
    hint: 'Move that location to something else or end its mapping first, or put several facilities into a group of their own.',
    detail: taken,
  })
}

export function mappingStands(said: { shop: string; locationId: number; standsFor: string }): TrueupError {
  return new TrueupError('CATALOG_MAPPING_STANDS', `In the shop ${said.shop}, that location stands for ${said.standsFor} already.`, {
    retry: 'never',
    hint: 'Move it: *Move* on the shop’s page, or `trueup shop map … --becomes`, asks first what becomes of the numbers that it shows.',
    detail: said,
  })
}

export function facilityClosed(facility: string): TrueupError {
  return new TrueupError('CATALOG_FACILITY_CLOSED', `The facility ${facility} is closed.`, {
    retry: 'never',
    hint: 'Open it again on the page Facilities if stock is sold from there; choose another one if not.',
    detail: { facility },
  })
}

export function skuNotFound(sku: string): TrueupError {
  return new TrueupError('CATALOG_SKU_NOT_FOUND', `No product has the SKU ${sku}.`, {
    retry: 'never',
    hint: 'Write it to the letter: case and blanks count.',
    detail: { sku },
  })
}
