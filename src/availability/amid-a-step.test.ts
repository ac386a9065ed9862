import { afterAll, beforeAll, test } from 'vitest'
import type { TestDatabase } from '../../test/database.ts'
import { clock, type Deed, happen, openPromises, promises, stocked } from '../../test/promises.ts'
import { recomputeAll, step } from './step.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openPromises()
})
afterAll(() => database.drop())

/** What happens while a step is at its n-th statement, on another connection. */
type Amid = { at: number; deed: Deed }

/** Says whether the step had fewer statements. */
async function stepAmid(db: TestDatabase['db'], amid: Amid): Promise<boolean> {
  let n = 0
  const watched: TestDatabase['db'] = {
    ...db,
    transaction: work =>
      db.transaction(tx =>
        work({
          ...tx,
          async query(text, values, options) {
            if (++n === amid.at) await happen(db, amid.deed)
            return tx.query(text, values, options)
          },
        }),
      ),
  }
  await step({ db: watched, clock })
  return n < amid.at
}

const SWITCHED = {
  facility: isOn => ({ kind: 'closing', isOpen: isOn }),
  channel: isOn => ({ kind: 'group', groupId: 1, isSelling: isOn, holds: false }),
  mapping: isOn => ({ kind: 'mapping', isMapped: isOn }),
} satisfies Record<string, (isOn: boolean) => Deed>

test.for(Object.keys(SWITCHED) as (keyof typeof SWITCHED)[])(
  'what is switched off amid a step, and on again before the next one, is not overlooked: a %s',
  async (what, { expect }) => {
    const { db } = database
    const meanwhile = SWITCHED[what]
    await stocked(db)
    for (const before of Object.values(SWITCHED)) {
      for (let at = 2, isLast = false; !isLast; at++) {
        await happen(db, before(false))
        await step({ db, clock })
        await happen(db, before(true))
        isLast = await stepAmid(db, { at, deed: meanwhile(false) })
        await happen(db, meanwhile(true))
        await step({ db, clock })
        const stepped = await promises(db)
        await recomputeAll({ db, clock })
        expect(await promises(db), `at statement ${at}`).toEqual(stepped)
      }
    }
  },
)
