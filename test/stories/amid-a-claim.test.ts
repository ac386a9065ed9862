import { afterEach, expect, test } from 'vitest'
import { decideAnew } from '../../src/channel/control-step.ts'
import { addControl, endControl } from '../../src/channel/control-store.ts'
import { amid } from '../amid.ts'
import { openToldShop, type ToldShop } from './told-shop.ts'

/* A person switches a level off, or on again, in the moment in which its number is decided and sent. */

let told: ToldShop
afterEach(() => told.close())

let now = 0
const sellNothing = () =>
  told.home.db.transaction(async tx => {
    const of = { shopId: 1, locationId: 1, productId: 1, reason: 'recall', untilAt: null, by: 'anna', now }
    const controlId = await addControl(tx, { kind: 'sell_nothing', ...of })
    await decideAnew(tx, [controlId], now)
    return controlId
  })
const sellAgain = (controlId: number) =>
  told.home.db.transaction(async tx => {
    await endControl(tx, controlId, { by: 'anna', now })
    await decideAnew(tx, [controlId], now)
  })

test('what sells nothing goes to 0, and comes back, at whatever statement of the telling somebody says so', async () => {
  told = await openToldShop(1)
  now = Date.now()
  await told.promise(7)
  await told.tellAll()
  expect(await told.available()).toEqual([7])
  const pass = async () => {
    now += 60_000
    told.later(60_000)
    await told.allIsKnown()
  }
  for (let at = 1, didHappen = true, promised = 200; didHappen; at++, promised--) {
    await pass()
    await told.promise(promised)
    let controlId = 0
    const off = amid(told.home.db, at, async () => {
      controlId = await sellNothing()
    })
    await told.tellAll(undefined, off.db)
    didHappen = await off.settled()
    if (!didHappen) break
    await pass()
    await told.tellAll()
    expect(await told.available(), `switched off at statement ${at}`).toEqual([0])
    await pass()
    await told.promise(promised + 300)
    const on = amid(told.home.db, at, () => sellAgain(controlId))
    await told.tellAll(undefined, on.db)
    if (!(await on.settled())) await sellAgain(controlId)
    await pass()
    await told.tellAll()
    await pass()
    await told.tellAll()
    expect(await told.available(), `switched on at statement ${at}`).toEqual([promised + 300])
  }
}, 120_000)
