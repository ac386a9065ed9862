import { Link } from 'react-router'
import { useDrift, useProofs } from '../api/proofs.ts'
import { Chips, cell, Pager, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { endOf, KIND } from './proof-words.ts'
import { SyncNow } from './sync-now.tsx'

/** Every comparison with a shop, what it found, and how far the shops drift. */
export function Proofs() {
  const view = useView()
  const proofs = useProofs({ kind: view.get('kind'), shop: view.get('shop'), page: view.page })
  return (
    <>
      <PageHead
        title="Proofs and drift"
        note={proofs.data && totalOf(proofs.data)}
        lead="What the shops showed when their levels were compared with what they were told."
        actions={<SyncNow size="sm" />}
      />
      <div style={{ display: 'grid', gap: 16 }}>
        <Drift />
        <Panel isFlush>
          <div className={cell.toolbar}>
            <Chips
              label="Kind"
              value={view.get('kind')}
              options={Object.entries(KIND).map(([value, label]) => ({ value, label }))}
              onChange={kind => view.set({ kind })}
            />
          </div>
          <Shown of={proofs}>
            {page =>
              page.rows.length === 0 ? (
                <Empty title="Nothing was compared yet">A Hard Sync compares every level of a shop; it is a job in the Job Manager.</Empty>
              ) : (
                <>
                  <Table
                    label="Comparisons"
                    head={
                      <tr>
                        <th className={cell.wide}>Comparison</th>
                        <th className={cell.right}>Compared</th>
                        <th className={cell.right}>Different</th>
                        <th className={`${cell.right} ${cell.narrowHidden}`}>Units</th>
                        <th>Result</th>
                        <th className={`${cell.right} ${cell.narrowHidden}`}>When</th>
                      </tr>
                    }
                  >
                    {page.rows.map(row => (
                      <tr key={row.runId}>
                        <td>
                          <Link to={`/proofs/${row.runId}`} data-row>
                            {KIND[row.kind]} {row.runId}
                          </Link>{' '}
                          <span className={cell.dim}>{[row.shop, row.scope].filter(Boolean).join(' · ')}</span>
                        </td>
                        <td className={cell.right}>{whole(row.levelsCompared)}</td>
                        <td className={cell.right}>{whole(row.levelsDifferent + row.levelsNotStocked)}</td>
                        <td className={`${cell.right} ${cell.narrowHidden}`}>{whole(row.unitsOver + row.unitsUnder)}</td>
                        <td className={cell.nowrap}>
                          <State {...endOf(row)} isQuiet />
                        </td>
                        <td className={`${cell.right} ${cell.narrowHidden}`}>
                          <When at={row.finishedAt ?? row.startedAt} />
                        </td>
                      </tr>
                    ))}
                  </Table>
                  <Pager of={page} onPage={to => view.set({ page: String(to) })} />
                </>
              )
            }
          </Shown>
        </Panel>
      </div>
    </>
  )
}

function Drift() {
  const drift = useDrift()
  return (
    <Shown of={drift}>
      {({ rows }) => (
        <>
          {rows.map(row => (
            <Panel key={row.shop} title={row.shop} note="looked at in the last day">
              <Facts
                facts={[
                  ['Drift', row.compared === 0 ? 'not looked at yet' : share(row.different, row.compared)],
                  ['Levels looked at', whole(row.compared)],
                  ['Different', whole(row.different)],
                  ['Last looked', <When key="last" at={row.lastAt} />],
                  ['Brake', `${whole(row.correctionsMax)} levels, ${whole(row.unitsMax)} units`],
                ]}
              />
            </Panel>
          ))}
        </>
      )}
    </Shown>
  )
}

/** Never rounded to nothing: one level of a million is not none. */
function share(different: number, compared: number): string {
  const percent = (100 * different) / compared
  return percent > 0 && percent < 0.01 ? 'less than 0.01 %' : `${percent.toFixed(2)} %`
}
