import type { Tx } from '../db/connection.ts'
import { DAMAGE_PATTERNS } from './identifier-damage.ts'
import { incomingTable } from './incoming-store.ts'
import { ROW_REASON } from './row-code.ts'

/**
 * Of rows whose product nobody knows: which of them a spreadsheet damaged, and how. Lost zeroes are seen beside the catalogue:
 * it has the same digits with zeroes before them. The specification of the other three is `identifierDamage`.
 */
export async function nameDamage(tx: Tx, fileId: number): Promise<void> {
  const { total, scientific, date } = DAMAGE_PATTERNS
  await tx.query(
    `update ${incomingTable(fileId)} i
        set code = d.code,
            code_reason = replace(case d.code when 'ROW_TOTAL' then $4 when 'ROW_ID_SCIENTIFIC' then $5 when 'ROW_ID_DATE' then $6 else $7 end,
                                  '.', ': ' || i.product || coalesce(', where the catalogue has ' || d.known, '') || '.')
       from (
         select u.line, u.byte_offset, k.known,
                case when u.product ~* $1 then 'ROW_TOTAL' when u.product ~ $2 then 'ROW_ID_SCIENTIFIC'
                     when u.product ~* $3 then 'ROW_ID_DATE' when k.known is not null then 'ROW_ID_ZEROES_LOST' end as code
           from ${incomingTable(fileId)} u
           left join (
             select type, ltrim(value, '0') as bare, min(value) as known from catalog.product_identifier where value ~ '^0+[1-9][0-9]*$' group by 1, 2
           ) k on k.type = u.product_type and k.bare = u.product
          where u.code = 'ROW_PRODUCT_UNKNOWN'
       ) d
      where d.code is not null and i.line = d.line and i.byte_offset = d.byte_offset and i.code = 'ROW_PRODUCT_UNKNOWN'`,
    [
      ...[total, scientific, date],
      ...[ROW_REASON.ROW_TOTAL, ROW_REASON.ROW_ID_SCIENTIFIC, ROW_REASON.ROW_ID_DATE, ROW_REASON.ROW_ID_ZEROES_LOST],
    ],
  )
}
