import { recordAudit } from '../db/audit.ts'
import type { Db } from '../db/connection.ts'
import { feedSettings, feedSettingsAnswer, feedSettingsChange } from '../http/contract/feed-settings.ts'
import { feedParams } from '../http/contract/file.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import type { Clock } from '../kernel/clock.ts'
import { TrueupError } from '../kernel/error.ts'
import { changeSettings, lockSettings, type SettingsRow, settingsOf } from './settings-store.ts'

/** What a feed declares about its files, to be read and changed. */
export function settingsRoutes({ db, clock }: { db: Db; clock: Clock }): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/feeds/:name/settings',
      summary: 'What a feed declares about its files',
      tag: 'feed',
      role: 'viewer',
      params: feedParams,
      answer: feedSettingsAnswer,
      async handle({ params }) {
        return answerOf(params.name, await settingsOf(db, params.name))
      },
    }),
    jsonRoute({
      method: 'PUT',
      path: '/feeds/:name/settings',
      summary: 'Declares sections of a feed anew; sections that are not given stay as they are',
      tag: 'feed',
      role: 'admin',
      params: feedParams,
      body: feedSettingsChange,
      answer: feedSettingsAnswer,
      handle: ({ params, body, who }) =>
        db.transaction(async tx => {
          const before = await lockSettings(tx, params.name)
          if (before === null) throw unknownFeed(params.name)
          const after = await changeSettings(tx, before.feedId, body.settings)
          await recordAudit(tx, {
            ...{ at: clock.now(), who: who.name, action: 'feed.settings', subject: 'feed', name: params.name },
            ...{ before: before.settings, after, ...(body.reason ? { reason: body.reason } : {}) },
          })
          return answerOf(params.name, { ...before, settings: after })
        }),
    }),
  ]
}

function answerOf(feed: string, row: SettingsRow | null) {
  if (row === null) throw unknownFeed(feed)
  // What an older version wrote may know sections that this one does not: they are not shown, and stay where they are.
  const known = Object.fromEntries(Object.entries(row.settings).filter(([key]) => key in feedSettings.shape))
  return { feed, layout: row.layout, settings: feedSettings.parse(known) }
}

function unknownFeed(name: string): TrueupError {
  return new TrueupError('FEED_NOT_FOUND', `There is no feed named ${name}.`, {
    retry: 'never',
    hint: 'Choose one of the feeds that GET /api/v1/feeds lists.',
    detail: { feed: name },
  })
}
