import { reportFile, useReports, useReportTargets } from '../api/ledger.ts'
import { cell, Pager, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'

const KINDS = { variances: 'Variances to book', counts: 'Counts that were taken', sellable: 'What may be sold, as it changes' } as const

/** What goes out to an ERP: where to, what waits for the next file, and what became of each. */
export function Reports() {
  const view = useView()
  const reports = useReports({ page: view.page })
  return (
    <>
      <PageHead
        title="Files that go out"
        note={reports.data && totalOf(reports.data)}
        lead="Corrections and counts that an ERP has to book, and what may be sold, for other systems. Each line goes out once; each file is there whole or not at all."
      />
      <div style={{ display: 'grid', gap: 16 }}>
        <Targets />
        <Panel title="Files" isFlush>
          <Shown of={reports}>
            {page =>
              page.rows.length === 0 ? (
                <Empty title="Nothing went out yet">A file is made when lines wait for it and its time has come.</Empty>
              ) : (
                <>
                  <Table
                    label="Files that went out"
                    head={
                      <tr>
                        <th className={cell.wide}>File</th>
                        <th className={cell.right}>Lines</th>
                        <th>State</th>
                        <th className={`${cell.right} ${cell.narrowHidden}`}>Made</th>
                      </tr>
                    }
                  >
                    {page.rows.map(row => (
                      <tr key={row.reportId}>
                        <td>
                          <a href={reportFile(row.reportId)} download data-row>
                            {row.name}
                          </a>
                          <div className={cell.dim}>
                            {KINDS[row.kind]} · {row.home}/{row.folder}/out
                          </div>
                        </td>
                        <td className={cell.right}>{whole(row.lines)}</td>
                        <td>
                          {row.writtenAt === null ? (
                            <State
                              tone={row.message === null ? 'working' : 'stuck'}
                              word={row.message === null ? 'Made' : 'Not written'}
                              isQuiet
                            />
                          ) : (
                            <State tone="ok" word="Written" isQuiet />
                          )}
                          {row.message && <div className={cell.dim}>{row.message}; tried again by itself</div>}
                        </td>
                        <td className={`${cell.right} ${cell.narrowHidden}`}>
                          <When at={row.madeAt} />
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

function Targets() {
  const targets = useReportTargets()
  return (
    <Panel title="What waits" isFlush>
      <Shown of={targets}>
        {({ rows, withoutAccount }) => (
          <>
            {rows.length === 0 ? (
              <Empty title="Nothing is set to go out">
                An admin says where files go: PUT /api/v1/report-targets/variances with home, folder and minutes.
              </Empty>
            ) : (
              <Table
                label="What waits"
                head={
                  <tr>
                    <th className={cell.wide}>Kind</th>
                    <th className={cell.right}>Waiting</th>
                    <th className={cell.narrowHidden}>Since</th>
                    <th className={cell.right}>A file every</th>
                  </tr>
                }
              >
                {rows.map(row => (
                  <tr key={row.kind}>
                    <td>
                      {KINDS[row.kind]}
                      <div className={cell.dim}>
                        {row.home}/{row.folder}/out{row.isEnabled ? '' : ', switched off'}
                      </div>
                    </td>
                    <td className={cell.right}>{whole(row.waiting.lines)}</td>
                    <td className={cell.narrowHidden}>
                      <When at={row.waiting.oldestAt} />
                    </td>
                    <td className={cell.right}>{row.everyMinutes} min</td>
                  </tr>
                ))}
              </Table>
            )}
            {withoutAccount.length > 0 && (
              <p style={{ padding: '0 16px' }} role="status">
                {withoutAccount.map(({ reason, lines }) => `${whole(lines)} of ${reason}`).join(', ')} go nowhere: their reasons have no
                account of the ERP yet.
              </p>
            )}
          </>
        )}
      </Shown>
    </Panel>
  )
}
