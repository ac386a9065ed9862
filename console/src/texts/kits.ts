import type { Said } from './said.ts'

/** What the console says: kits. */
export const kits = {
  kits: 'Kits',
  aKitIsAsManyAsIts:
    'A kit is as many as its scarcest part allows at each facility. SKUs that share one stock, as gift cards of one blank, are each made of one unit of it.',
  newKit: 'New kit',
  whatEachIsMadeOf: 'What each is made of',
  searchSkuOrNameAlsoOfA: 'Search SKU or name, also of a part',
  noKitHere: 'No kit here',
  everyProductIsCountedAndPromisedBy: 'Every product is counted and promised by itself.',
  kit: 'Kit',
  madeOf: 'Made of',
  parts: 'Parts',
  change: 'Change',
  change2: (sku: Said) => `Change ${sku}`,
  whatIsMadeOf: (sku: Said) => `What ${sku} is made of`,
  dissolveTheKit: 'Dissolve the kit',
  makeItOf: (length: Said, value: Said) => `Make it of ${length} ${value}`,
  skuOfTheKit: 'SKU of the kit',
  aLineForEachPartHowMany: 'A line for each part: how many, then its SKU. Nothing: it is a kit no more.',
  text2Wheel261FrameM: '2 WHEEL-26\n1 FRAME-M',
  isNotANumberAndASku: (wrong: Said) => `“${wrong}” is not a number and a SKU.`,
} as const
