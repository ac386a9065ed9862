import type { Db } from '../db/connection.ts'
import { syncFigures } from '../reconcile/tally-store.ts'

/** How far the demo's file has walked, from rows alone. */
export type DemoFigures = {
  files: number
  /** Files that were applied before: said, and nothing moved. */
  replays: number
  rowsRead: number
  rowsAccepted: number
  rowsRejected: number
  positions: number
  unitsOnHand: number
  targets: number
  levelsConfirmed: number
  levelsEqual: number
  levelsDifferent: number
  levelsWaiting: number
}

export async function demoFigures(db: Db): Promise<DemoFigures> {
  const [street] = await db.query<Omit<DemoFigures, 'levelsEqual' | 'levelsDifferent' | 'levelsWaiting'>>(
    `select (select count(*) from feed.file where state not in ('receiving', 'interrupted')) as files,
            (select count(*) from feed.file where state = 'duplicate') as replays,
            (select coalesce(sum(rows_read), 0) from import.verdict) as "rowsRead",
            (select coalesce(sum(rows_accepted), 0) from import.verdict) as "rowsAccepted",
            (select coalesce(sum(rows_rejected), 0) from import.verdict) as "rowsRejected",
            (select count(*) from inventory.position where counted_at is not null) as positions,
            (select coalesce(sum(on_hand_units), 0) from inventory.position) as "unitsOnHand",
            (select count(*) from availability.target) as targets,
            (select count(*) from outbox.intent where state = 'confirmed') as "levelsConfirmed"`,
  )
  const { levelsEqual, levelsDifferent, levelsWaiting } = await syncFigures(db)
  return {
    ...(street ?? {
      replays: 0,
      files: 0,
      rowsRead: 0,
      rowsAccepted: 0,
      rowsRejected: 0,
      positions: 0,
      unitsOnHand: 0,
      targets: 0,
      levelsConfirmed: 0,
    }),
    levelsEqual,
    levelsDifferent,
    levelsWaiting,
  }
}

/** Something is promised, every promise that has a level was confirmed, and every one was read back equal. */
export function isSynced(figures: DemoFigures): boolean {
  return figures.levelsEqual > 0 && figures.levelsDifferent === 0 && figures.levelsWaiting === 0
}
