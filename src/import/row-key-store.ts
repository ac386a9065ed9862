import type { Tx } from '../db/connection.ts'
import { EFFECT_CODE } from './effect.ts'
import { incomingTable } from './incoming-store.ts'
import { ROW_REASON } from './row-code.ts'

/**
 * Takes out the changes whose number was applied before, or stands in this file already, and keeps the numbers of the others
 * until the file is booked. `column` counts from 0.
 */
export async function takeOnce(
  tx: Tx,
  file: { fileId: number; feedId: number; column: number },
): Promise<{ repeated: number; unnumbered: number }> {
  const table = incomingTable(file.fileId)
  const key = `nullif(btrim(i.cells::jsonb ->> ${file.column}), '')`
  const isChange = `i.code is null and i.effect = ${EFFECT_CODE.delta}`
  const [refused] = await tx.query<{ unnumbered: number }>(
    `with refused as (
       update ${table} i set code = 'ROW_KEY_MISSING', code_reason = $1 where ${isChange} and ${key} is null returning 1
     ) select count(*) as unnumbered from refused`,
    [ROW_REASON.ROW_KEY_MISSING],
  )
  const [gone] = await tx.query<{ repeated: number }>(
    `with numbered as (
       select i.line, ${key} as key, row_number() over (partition by ${key} order by i.line) as place from ${table} i where ${isChange}
     ), gone as (
       delete from ${table} i using numbered n
        where n.line = i.line
          and (n.place > 1 or exists (select 1 from import.source_key k where k.feed_id = $1 and k.key = n.key))
       returning 1
     ) select count(*) as repeated from gone`,
    [file.feedId],
  )
  await tx.query(`insert into import.file_key (file_id, key) select $1, ${key} from ${table} i where ${isChange}`, [file.fileId])
  return { repeated: gone?.repeated ?? 0, unnumbered: refused?.unnumbered ?? 0 }
}

/** Whether a file of a feed is read and not booked: the numbers of the next one can only be judged after it. */
export async function isOneUnbooked(tx: Tx, feedId: number): Promise<boolean> {
  const rows = await tx.query(`select 1 from import.verdict where feed_id = $1 and decision = 'believed' and applied_at is null limit 1`, [
    feedId,
  ])
  return rows.length > 0
}
