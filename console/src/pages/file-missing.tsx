import { useState } from 'react'
import { Link } from 'react-router'
import { useMissing } from '../api/belief.ts'
import type { FileDetail } from '../api/queries.ts'
import { Export } from '../parts/export.tsx'
import { cell, Pager, Table } from '../parts/list.tsx'
import { Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { files as texts } from '../texts/files.ts'

/** What a snapshot left out that the one before it had counted. */
export function Missing({ file }: { file: FileDetail }) {
  const [page, setPage] = useState(1)
  const missing = useMissing(file.id, page)
  if (file.rowsMissing === null || file.rowsMissing === 0 || file.state === 'held') return null
  const what = file.rowsZeroed > 0 ? texts.setToNothing(whole(file.rowsZeroed)) : texts.theirUnitsWereKept
  return (
    <Panel
      title={texts.missingFromThisSnapshot}
      note={`${whole(file.rowsMissing)}, ${what}`}
      actions={<Export path={`/files/${file.id}/missing`} what={texts.missingFromThisSnapshot} />}
      isFlush
    >
      <Shown of={missing}>
        {found => (
          <>
            <Table
              label={texts.positionsThatTheSnapshotBefore}
              head={
                <tr>
                  <th>{texts.product}</th>
                  <th>{texts.facility}</th>
                  <th className={cell.right}>{texts.onHandBefore}</th>
                </tr>
              }
            >
              {found.rows.map(row => (
                <tr key={`${row.facility} ${row.sku ?? row.name}`}>
                  <td className={cell.main}>
                    {row.sku === null ? row.name : <Link to={`/stock/${encodeURIComponent(row.sku)}`}>{row.sku}</Link>}{' '}
                    <span className={cell.dim}>{row.sku === null ? '' : row.name}</span>
                  </td>
                  <td>{row.facility}</td>
                  <td className={cell.right}>{whole(row.onHandUnits)}</td>
                </tr>
              ))}
            </Table>
            <Pager of={found} onPage={setPage} />
          </>
        )}
      </Shown>
    </Panel>
  )
}
