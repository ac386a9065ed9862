import type { Said } from './said.ts'

/** What the console says: differences. */
export const differences = {
  differences: 'Differences',
  ofLevelsAreEqualTheOthersAnd: (levelsEqual: Said, levels: Said) =>
    `${levelsEqual} of ${levels} levels that shops are told are equal. The others, and what is told to no shop, largest first.`,
  export: 'Export',
  levelsThatAreNotEqual: 'Levels that are not equal',
  searchSku: 'Search SKU',
  cause: 'Cause',
  units: (said: Said, units: Said) => `${said}, ${units} units`,
  noDifference: 'No difference',
  everyLevelThatIsToldShowsWhat: 'Every level that is told shows what it should, or none is of this kind.',
  skuAndLocation: 'SKU and location',
  erpSaid: 'ERP said',
  onHand: 'On hand',
  promised: 'Promised',
  shopify: 'Shopify',
  units2: 'Units',
  why: 'Why',
} as const
