import type { Db } from '../db/connection.ts'
import * as feed from '../feed/store.ts'
import * as imports from '../import/order-store.ts'
import type { Clock } from '../kernel/clock.ts'
import { NOTHING_TO_DO, type StepReport } from '../kernel/report.ts'
import * as store from './system-store.ts'

/** Takes the next believed file of another system's orders: whole, in one transaction, so that twice is once. */
export async function systemStep({ db, clock }: { db: Db; clock: Clock }): Promise<StepReport> {
  return db.transaction(async tx => {
    await store.lockSystemOrders(tx)
    const file = await imports.nextOrderFile(tx)
    if (file === null) return NOTHING_TO_DO
    const now = clock.now()
    const news = await store.recordLines(tx, { ...file, now })
    await store.publishSystemHead(tx)
    await imports.recordOrdersApplied(tx, { fileId: file.fileId, news, now })
    await feed.markApplied(tx, file.fileId, now)
    return { read: file.rowsAccepted, wrote: news, more: true, notes: { file: file.fileId } }
  })
}
