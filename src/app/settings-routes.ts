import type { Db } from '../db/connection.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { settingsShown } from '../http/contract/settings.ts'
import { policyOf } from '../inventory/month-store.ts'
import { recipients } from '../reconcile/alert-store.ts'
import { objectiveMinutes } from '../reconcile/objective-store.ts'
import { type SettingFacts, settingsOf } from './settings.ts'

export type SettingsDeps = {
  db: Db
  /** What was read at the start, and where this process listens since. */
  started(): Pick<SettingFacts, 'config' | 'version' | 'nodeVersion' | 'httpUrl' | 'sftp'>
}

/** What the house is set to; what can be changed while it runs has a route of its own. */
export function settingsOfHouseRoutes({ db, started }: SettingsDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/settings',
      summary: 'What this house is set to, by whom, and by which variable; no secrets',
      tag: 'settings',
      role: 'viewer',
      answer: settingsShown,
      async handle() {
        const [database] = await db.query<SettingFacts['database']>(
          `select current_setting('server_version') as version, pg_database_size(current_database()) as bytes,
                  (select count(*) from migration.applied) as migrations`,
        )
        return settingsOf({
          ...started(),
          database: database ?? { version: '', bytes: 0, migrations: 0 },
          objectiveMinutes: await objectiveMinutes(db),
          ledger: await policyOf(db),
          recipients: (await recipients(db)).length,
        })
      },
    }),
  ]
}
