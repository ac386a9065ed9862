import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { dump } from '../db/backup.ts'
import type { Db } from '../db/connection.ts'
import type { Clock } from '../kernel/clock.ts'
import { downloadRoute, type Route } from './contract/route.ts'

/** Everything in the database at one moment, as a file to keep: without pg_dump, which the embedded database does not bring. */
export function backupRoutes({ db, clock }: { db: Db; clock: Clock }): Route[] {
  const backup = downloadRoute({
    path: '/backup',
    summary: 'The whole database at one moment, to be restored with `trueup restore`',
    tag: 'backup',
    role: 'admin',
    async handle() {
      const at = new Date(clock.now()).toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-')
      const chunks = Readable.from(dump(db), { objectMode: false }).compose(createGzip()) as AsyncIterable<Uint8Array>
      return { fileName: `trueup-${at}.backup.gz`, mediaType: 'application/gzip', chunks }
    },
  })
  return [backup]
}
