import { afterAll, beforeAll, test } from 'vitest'
import { amid } from '../../test/amid.ts'
import type { TestDatabase } from '../../test/database.ts'
import { clock, type Deed, happen, openPromises, promises, stocked } from '../../test/promises.ts'
import { recomputeAll, step } from './step.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openPromises()
})
afterAll(() => database.drop())

const SWITCHED = {
  facility: isOn => ({ kind: 'closing', isOpen: isOn }),
  channel: isOn => ({ kind: 'group', groupId: 1, isSelling: isOn, holds: false }),
  mapping: isOn => ({ kind: 'mapping', facilityId: isOn ? 1 : null }),
} satisfies Record<string, (isOn: boolean) => Deed>

test.for(Object.keys(SWITCHED) as (keyof typeof SWITCHED)[])(
  'what is switched off amid a step, and on again before the next one, is not overlooked: a %s',
  { timeout: 60_000 },
  async (what, { expect }) => {
    const { db } = database
    const meanwhile = SWITCHED[what]
    await stocked(db)
    for (const before of Object.values(SWITCHED)) {
      for (let at = 2, didHappen = true; didHappen; at++) {
        await happen(db, before(false))
        await step({ db, clock })
        await happen(db, before(true))
        const stepped = amid(db, at, () => happen(db, meanwhile(false)))
        await step({ db: stepped.db, clock })
        didHappen = await stepped.settled()
        await happen(db, meanwhile(true))
        await step({ db, clock })
        const after = await promises(db)
        await recomputeAll({ db, clock })
        expect(await promises(db), `at statement ${at}`).toEqual(after)
      }
    }
  },
)

test('two processes that step at the same moment, while it goes on moving, leave what one would', { timeout: 60_000 }, async ({
  expect,
}) => {
  const { db } = database
  await stocked(db)
  const count = (onHand: number) => happen(db, { kind: 'stock', facilityId: 1, productId: 1, onHand, reserved: 0, isCounted: true })
  for (let at = 1, didHappen = true; didHappen; at++) {
    await count(100 + at)
    await happen(db, { kind: 'switch', facilityId: 2, isOn: at % 2 === 0 })
    const stepped = amid(db, at, async () => {
      await count(200 + at)
      await step({ db, clock })
    })
    await step({ db: stepped.db, clock })
    didHappen = await stepped.settled()
    await step({ db, clock })
    const after = await promises(db)
    expect(after.find(row => row.location_id === 1 && row.product_id === 1)?.sellable_units).toBe((didHappen ? 200 : 100) + at)
    await recomputeAll({ db, clock })
    expect(await promises(db), `at statement ${at}`).toEqual(after)
  }
})
