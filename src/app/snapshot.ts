import type { Db } from '../db/connection.ts'
import { within } from '../db/within.ts'
import type { Route } from '../http/contract/route.ts'
import type { Snapshot } from '../http/list-csv.ts'
import { jsonRouteOf } from './configuration/call.ts'

/** Routes that all read the database as it stood at one moment, whatever is written meanwhile, and write nothing. */
export function snapshotOf(db: Db, routesOn: (db: Db) => readonly Route[]): Snapshot {
  return work =>
    db.transaction(async tx => {
      await tx.query('set transaction isolation level repeatable read, read only')
      const routes = routesOn(within(tx))
      return work(route => jsonRouteOf(routes, route.method, route.path))
    })
}
