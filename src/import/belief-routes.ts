import type { Sql } from '../db/connection.ts'
import { settingsOf } from '../feed/settings-store.ts'
import { feedGuards, fileHoldAnswer } from '../http/contract/belief.ts'
import { feedParams, fileIdParams } from '../http/contract/file.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { TrueupError } from '../kernel/error.ts'
import { GOOD_FILES_MIN, proposeGuards } from './guard.ts'
import type { BeliefSettings } from './hold.ts'
import { goodFiles, holdOf } from './hold-store.ts'

/** Why a file was not believed, and what a feed's guards could learn from its good files. */
export function beliefRoutes({ db }: { db: Sql }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/files/:id/hold',
      summary: 'Why a file was held, and what it would have done: per facility, and where it would change most',
      tag: 'import',
      role: 'viewer',
      params: fileIdParams,
      answer: fileHoldAnswer,
      handle: async ({ params }) => ({ hold: await holdOf(db, params.id) }),
    }),
    jsonRoute({
      method: 'GET',
      path: '/feeds/:name/guards',
      summary: 'The limits of a feed, the figures of its last good files, and the limits that these propose',
      tag: 'import',
      role: 'viewer',
      params: feedParams,
      answer: feedGuards,
      async handle({ params }) {
        const feed = await settingsOf(db, params.name)
        if (feed === null) throw unknownFeed(params.name)
        const good = await goodFiles(db, feed.feedId)
        const limits = (feed.settings.belief as BeliefSettings | undefined)?.guards ?? {}
        return { feed: params.name, limits, proposal: proposeGuards(good), good, goodNeeded: GOOD_FILES_MIN }
      },
    }),
  ]
}

function unknownFeed(name: string): TrueupError {
  return new TrueupError('FEED_NOT_FOUND', `There is no feed named ${name}.`, {
    retry: 'never',
    hint: 'Choose one of the feeds that GET /api/v1/feeds lists.',
    detail: { feed: name },
  })
}
