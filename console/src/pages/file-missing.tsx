import { useState } from 'react'
import { Link } from 'react-router'
import { useMissing } from '../api/belief.ts'
import type { FileDetail } from '../api/queries.ts'
import { cell, Pager, Table } from '../parts/list.tsx'
import { Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'

/** What a snapshot left out that the one before it had counted. */
export function Missing({ file }: { file: FileDetail }) {
  const [page, setPage] = useState(1)
  const missing = useMissing(file.id, page)
  if (file.rowsMissing === null || file.rowsMissing === 0 || file.state === 'held') return null
  const what = file.rowsZeroed > 0 ? `${whole(file.rowsZeroed)} set to nothing` : 'their units were kept'
  return (
    <Panel title="Missing from this snapshot" note={`${whole(file.rowsMissing)}, ${what}`} isFlush>
      <Shown of={missing}>
        {found => (
          <>
            <Table
              label="Positions that the snapshot before counted and this one does not"
              head={
                <tr>
                  <th>Product</th>
                  <th>Facility</th>
                  <th className={cell.right}>On hand before</th>
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
