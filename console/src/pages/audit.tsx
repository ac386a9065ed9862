import { useCallback } from 'react'
import { useAudit } from '../api/queries.ts'
import { Export } from '../parts/export.tsx'
import { cell, Paged, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { PageHead, Panel } from '../parts/panel.tsx'
import { When } from '../parts/when.tsx'
import { people as texts } from '../texts/people.ts'

/** Every deed of a person: who, when, to what, from what to what, and why. Nothing here can be changed. */
export function AuditPage() {
  const view = useView()
  const deeds = useAudit({ who: view.get('who'), subject: view.get('subject'), name: view.get('name'), page: view.page })
  const search = useCallback((text: string) => view.set({ name: text }), [view.set])
  return (
    <>
      <PageHead title={texts.auditLog} note={deeds.data && totalOf(deeds.data)} lead={texts.whatPeopleDidWhenAndWhyThe} />
      <Panel title={texts.deeds} isFlush>
        <div className={cell.toolbar}>
          <Search label={texts.whatItWasDoneToByIts} value={view.get('name') ?? ''} onChange={search} />
          <Export {...deeds.asked} what={texts.deeds} />
        </div>
        <Shown of={deeds}>
          {page => (
            <Paged of={page} empty={<Empty title={texts.nobodyDidAnythingYet}>{texts.releasingAFileOrChangingASetting}</Empty>}>
              <Table
                label={texts.deeds}
                head={
                  <tr>
                    <th>{texts.who}</th>
                    <th className={cell.wide}>{texts.what}</th>
                    <th className={cell.right}>{texts.when}</th>
                  </tr>
                }
              >
                {page.rows.map(row => (
                  <tr key={row.seq}>
                    <td className={cell.nowrap}>{row.who}</td>
                    <td>
                      <span className="mono">{row.action}</span> {row.subject} {row.name}
                      {row.reason && <div>“{row.reason}”</div>}
                      <div className={cell.dim}>{changed(row.before, row.after)}</div>
                    </td>
                    <td className={cell.right}>
                      <When at={row.at} />
                    </td>
                  </tr>
                ))}
              </Table>
            </Paged>
          )}
        </Shown>
      </Panel>
    </>
  )
}

function changed(before: unknown, after: unknown): string {
  return [before, after]
    .filter(value => value !== null && value !== undefined)
    .map(value => JSON.stringify(value))
    .join(' → ')
}
