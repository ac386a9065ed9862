import { Link } from 'react-router'
import { useDrift, useProofs } from '../api/proofs.ts'
import { Columns, useHidden } from '../parts/columns.tsx'
import { Export } from '../parts/export.tsx'
import { Chips, cell, Paged, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { decimal, whole } from '../parts/number.ts'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { proofs as texts } from '../texts/proofs.ts'
import { endOf, KIND } from './proof-words.ts'
import { SyncNow } from './sync-now.tsx'

const COLUMNS = {
  ...{ compared: texts.compared, different: texts.different, units: texts.units, result: texts.result, when: texts.when },
}

/** Every comparison with a shop, what it found, and how far the shops drift. */
export function Proofs() {
  const view = useView()
  const proofs = useProofs({ kind: view.get('kind'), shop: view.get('shop'), page: view.page })
  const hidden = useHidden('proofs', COLUMNS)
  return (
    <>
      <PageHead
        title={texts.proofsAndDrift}
        note={proofs.data && totalOf(proofs.data)}
        lead={texts.whatTheShopsShowedWhenTheirLevels}
        actions={<SyncNow size="sm" />}
      />
      <div style={{ display: 'grid', gap: 16 }}>
        <Drift />
        <Panel isFlush>
          <div className={cell.toolbar}>
            <Chips
              label={texts.kind}
              value={view.get('kind')}
              options={Object.entries(KIND).map(([value, label]) => ({ value, label }))}
              onChange={kind => view.set({ kind })}
            />
            <Export {...proofs.asked} what={texts.proofsAndDrift} />
            <Columns list="proofs" columns={COLUMNS} />
          </div>
          <Shown of={proofs}>
            {page => (
              <Paged of={page} empty={<Empty title={texts.nothingWasComparedYet}>{texts.aHardSyncComparesEveryLevelOf}</Empty>}>
                <Table
                  label={texts.comparisons}
                  hidden={hidden}
                  head={
                    <tr>
                      <th className={cell.wide}>{texts.comparison}</th>
                      <th className={cell.right}>{texts.compared}</th>
                      <th className={cell.right}>{texts.different}</th>
                      <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.units}</th>
                      <th>{texts.result}</th>
                      <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.when}</th>
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
              </Paged>
            )}
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
            <Panel key={row.shop} title={row.shop} note={texts.lookedAtInTheLastDay}>
              <Facts
                facts={[
                  [texts.drift, row.compared === 0 ? texts.notLookedAtYet : share(row.different, row.compared)],
                  [texts.levelsLookedAt, whole(row.compared)],
                  [texts.different, whole(row.different)],
                  [texts.lastLooked, <When key="last" at={row.lastAt} />],
                  [texts.brake, texts.levelsUnits(whole(row.correctionsMax), whole(row.unitsMax))],
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
  return percent > 0 && percent < 0.01 ? texts.lessThan001 : `${decimal(percent, 2)} %`
}
