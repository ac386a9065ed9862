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
