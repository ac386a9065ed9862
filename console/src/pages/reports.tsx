import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { reportFile, useReports, useReportTargets } from '../api/ledger.ts'
import { useSession } from '../api/queries.ts'
import { Export } from '../parts/export.tsx'
import { cell, Paged, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { whole, withCounts } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { reportTarget as target } from '../texts/report-target.ts'
import { reports as texts } from '../texts/reports.ts'
import { ReportTargetDialog } from './report-target.tsx'

const KINDS = { variances: texts.variancesToBook, counts: texts.countsThatWereTaken, sellable: texts.whatMayBeSoldAsItChanges } as const

/** What goes out to an ERP: where to, what waits for the next file, and what became of each. */
export function Reports() {
  const view = useView()
  const reports = useReports({ page: view.page })
  return (
    <>
      <PageHead title={texts.filesThatGoOut} note={reports.data && totalOf(reports.data)} lead={texts.correctionsAndCountsThatAnErpHas} />
      <div style={{ display: 'grid', gap: 16 }}>
        <Targets />
        <Panel title={texts.files} actions={<Export {...reports.asked} what={texts.files} />} isFlush>
          <Shown of={reports}>
            {page => (
              <Paged of={page} empty={<Empty title={texts.nothingWentOutYet}>{texts.aFileIsMadeWhenLinesWait}</Empty>}>
                <Table
                  label={texts.filesThatWentOut}
                  head={
                    <tr>
                      <th className={cell.wide}>{texts.file}</th>
                      <th className={cell.right}>{texts.lines}</th>
                      <th>{texts.state}</th>
                      <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.made}</th>
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
                          {KINDS[row.kind]} · {row.home}/{row.folder}
                          {texts.out}
                        </div>
                      </td>
                      <td className={cell.right}>{whole(row.lines)}</td>
                      <td>
                        {row.writtenAt === null ? (
                          <State
                            tone={row.message === null ? 'working' : 'stuck'}
                            word={row.message === null ? texts.made : texts.notWritten}
                            isQuiet
                          />
                        ) : (
                          <State tone="ok" word={texts.written} isQuiet />
                        )}
                        {row.message && (
                          <div className={cell.dim}>
                            {withCounts(row.message)}
                            {texts.triedAgainByItself}
                          </div>
                        )}
                      </td>
                      <td className={`${cell.right} ${cell.narrowHidden}`}>
                        <When at={row.madeAt} />
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

function Targets() {
  const targets = useReportTargets()
  const session = useSession()
  const [isSetting, setting] = useDisclosure(false)
  return (
    <Panel
      title={texts.whatWaits}
      actions={
        session.data?.role === 'admin' && (
          <Button variant="default" size="xs" onClick={setting.open} disabled={targets.data === undefined}>
            {target.open}
          </Button>
        )
      }
      isFlush
    >
      {isSetting && targets.data && <ReportTargetDialog kinds={KINDS} targets={targets.data.rows} close={setting.close} />}
      <Shown of={targets}>
        {({ rows, withoutAccount }) => (
          <>
            {rows.length === 0 ? (
              <Empty title={texts.nothingIsSetToGoOut}>{target.nothingYet}</Empty>
            ) : (
              <Table
                label={texts.whatWaits}
                head={
                  <tr>
                    <th className={cell.wide}>{texts.kind}</th>
                    <th className={cell.right}>{texts.waiting}</th>
                    <th className={cell.narrowHidden}>{texts.since}</th>
                    <th className={cell.right}>{texts.aFileEvery}</th>
                  </tr>
                }
              >
                {rows.map(row => (
                  <tr key={row.kind}>
                    <td>
                      {KINDS[row.kind]}
                      <div className={cell.dim}>
                        {row.home}/{row.folder}
                        {texts.out}
                        {row.isEnabled ? '' : texts.switchedOff}
                      </div>
                    </td>
                    <td className={cell.right}>{whole(row.waiting.lines)}</td>
                    <td className={cell.narrowHidden}>
                      <When at={row.waiting.oldestAt} />
                    </td>
                    <td className={cell.right}>
                      {row.everyMinutes} {texts.min}
                    </td>
                  </tr>
                ))}
              </Table>
            )}
            {withoutAccount.length > 0 && (
              <p style={{ padding: '0 16px' }} role="status">
                {withoutAccount.map(({ reason, lines }) => texts.ofWord(whole(lines), reason)).join(', ')}{' '}
                {texts.goNowhereTheirReasonsHaveNoAccount}
              </p>
            )}
          </>
        )}
      </Shown>
    </Panel>
  )
}
