import fc from 'fast-check'
import { type Deed, PLACES } from './stock-model.ts'

const place = fc.constantFrom(...PLACES)
const units = fc.integer({ min: 0, max: 12 })
const few = fc.integer({ min: 1, max: 4 })
const order = fc.integer({ min: 1, max: 3 })
/** What files, documents and orders do to one product, as often as they do it. */
export const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('count' as const), place, units }) },
  fc.record({ kind: fc.constant('atp' as const), place, units }),
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('variance' as const), place, units: fc.integer({ min: -6, max: 6 }).filter(n => n !== 0) }),
  },
  fc.record({ kind: fc.constant('counted by hand' as const), place, units }),
  fc.record({ kind: fc.constant('correction' as const), place, units: fc.integer({ min: -6, max: 6 }).filter(n => n !== 0) }),
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('receipt' as const), place, units: few, stepsLater: fc.integer({ min: 0, max: 3 }) }),
  },
  fc.record({ kind: fc.constant('transfer' as const), from: place, units: few }),
  fc.record({ kind: fc.constant('taken at once' as const), place, takers: few }),
  fc.record({ kind: fc.constant('taken back' as const), place, units: few }),
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('ordered' as const),
      order,
      place: fc.option(place, { freq: 3 }),
      isPreorder: fc.boolean(),
      units: few,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancelled' as const), order, units: few }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('shipped' as const), order, place, units: few }) },
  fc.record({ kind: fc.constant('returned' as const), order, place, units: few, isRestocked: fc.boolean() }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rejected' as const), order, place, units: few, isThere: fc.boolean() }) },
  fc.record({ kind: fc.constant('told again' as const) }),
)
