import type { Choice } from '../catalog/choice.ts'
import { choiceOf, countsUnder, setChoice } from '../catalog/choice-store.ts'
import { relink } from '../catalog/reading-store.ts'
import { recordAudit } from '../db/audit.ts'
import type { Db, Sql } from '../db/connection.ts'
import { choice, choiceOfShop, newChoice } from '../http/contract/choice.ts'
import type { Answer } from '../http/contract/instant.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { shopParams } from '../http/contract/shop.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { grouped } from '../kernel/grouped.ts'
import { decideAnew } from './control-step.ts'
import { askFirst } from './leaving-step.ts'
import { beginLeaving, finishLeaving, leavingOf } from './leaving-store.ts'
import { knownShop } from './shop-routes.ts'

export type ChoiceRouteDeps = { db: Db; clock: Clock; switched(): void }

/** Which products of a shop are written; what leaves the choice is asked about first. */
export function choiceRoutes({ db, clock, switched }: ChoiceRouteDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/shops/:code/choice',
      summary: 'Which products of a shop are written, and how many that is',
      tag: 'channel',
      role: 'viewer',
      params: shopParams,
      answer: choiceOfShop,
      async handle({ params }) {
        const { shopId } = await knownShop(db, params.code)
        return described(db, params.code, await choiceOf(db, shopId))
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/shops/:code/choice/preview',
      summary: 'What another choice would come to: how many items it has, and how many products would leave',
      tag: 'channel',
      role: 'operator',
      params: shopParams,
      body: choice,
      answer: choiceOfShop,
      handle: async ({ params, body }) => described(db, params.code, body),
    }),
    jsonRoute({
      method: 'PUT',
      path: '/shops/:code/choice',
      summary: 'Chooses what is written; for what leaves it says whether it goes to 0 first, stays, or is handed over',
      tag: 'channel',
      role: 'admin',
      params: shopParams,
      body: newChoice,
      answer: choiceOfShop,
      async handle({ params, body, who }) {
        const now = clock.now()
        await db.transaction(async tx => {
          const { shopId, code } = await knownShop(tx, params.code)
          const before = await choiceOf(tx, shopId)
          const { leaving } = await countsUnder(tx, shopId, body.choice)
          if (leaving.length > 0 && body.leaving === undefined)
            throw askFirst(`${grouped(leaving.length)} products would no longer be written, and nobody said what becomes of them.`, {
              products: leaving.length,
            })
          const underWay = await leavingOf(tx, shopId)
          if (leaving.length > 0 && body.leaving === 'zero') {
            if (underWay !== null) throw leavesAlready()
            const leaver = { kind: 'products', choice: body.choice, productIds: leaving } as const
            const of = { shopId, leaver, reason: `leaves the choice: ${body.reason}`, by: who.name, now }
            await decideAnew(tx, await beginLeaving(tx, of), now)
          } else {
            // The newest word counts: what was on its way out is chosen again, or let go as it is.
            if (underWay !== null) await decideAnew(tx, await finishLeaving(tx, underWay.leavingId, now), now)
            await setChoice(tx, shopId, body.choice)
            await relink(tx, shopId, now, { isChosenAnew: true })
          }
          await recordAudit(tx, {
            ...{ at: now, who: who.name, action: 'shop.choice', subject: 'shop', name: code, before, reason: body.reason },
            after: { ...body.choice, leaving: leaving.length, becomes: body.leaving ?? null },
          })
        })
        switched()
        return described(db, params.code, body.choice)
      },
    }),
  ]
}

async function described(sql: Sql, code: string, of: Choice): Promise<Answer<typeof choiceOfShop>> {
  const { shopId } = await knownShop(sql, code)
  const { leaving, ...counts } = await countsUnder(sql, shopId, of)
  const under = await leavingOf(sql, shopId)
  const plain = ({ tags, vendors, productTypes, skus }: Choice) => ({
    ...{ tags: [...tags], vendors: [...vendors], productTypes: [...productTypes], skus: [...skus] },
  })
  return {
    ...{ shop: code, choice: plain(of), ...counts, leaving: leaving.length },
    underWay: under && {
      ...{ choice: plain(under.choice), askedBy: under.askedBy, askedAt: under.askedAt },
      ...{ levelsLeft: under.levelsLeft, levelsRefused: under.levelsRefused },
    },
  }
}

function leavesAlready(): TrueupError {
  return new TrueupError('CHANNEL_LEAVING_UNDER_WAY', 'Other products leave this shop just now, and do not show 0 yet.', {
    retry: 'after-operator',
    hint: 'Wait until they do; the shop’s page says how many levels are left. Another choice, or keep or hand_over, takes their place at once.',
  })
}
