import { Button, NativeSelect } from '@mantine/core'
import { useCallback } from 'react'
import { Link } from 'react-router'
import { useSession } from '../api/queries.ts'
import { type ShadowPage, type ShopDetail, useSetShadow, useShadow } from '../api/shops.ts'
import { cell, Pager, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { many, whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { exact } from '../parts/when.tsx'
import { GoingLive } from './going-live.tsx'

/** A shop that runs beside the tool that it replaces: each day, where the two differ and why. */
export function Shadow({ shop }: { shop: ShopDetail }) {
  const view = useView()
  const shadow = useShadow(shop.code, { search: view.get('search'), run: view.get('run'), page: view.page })
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  // A shop that was never written goes live with the list before one's eyes.
  if (shop.isShadow && !shop.wasWritten && view.get('run') === null) return <GoingLive shop={shop} />
  return (
    <Shown of={shadow}>
      {page => (
        <Panel
          title="Shadow"
          note={page.runId === null ? undefined : `${totalOf(page)} levels differ`}
          actions={<Turn shop={shop} isShadow={page.isShadow} />}
          isFlush
        >
          <div style={{ padding: 12 }}>
            {page.isShadow ? (
              <>
                <State tone="paused" word="Runs in shadow" /> Everything is done but the write. Each day every level is read, and what
                differs from ours is listed here.
              </>
            ) : (
              'This shop does not run in shadow. In shadow, Trueup does everything but the write, beside the tool that it replaces.'
            )}
          </div>
          {page.runs.length > 0 && (
            <div className={cell.toolbar}>
              <Search label="Search SKU" value={view.get('search') ?? ''} onChange={search} />
              <NativeSelect
                aria-label="Which day"
                size="sm"
                value={String(page.runId ?? '')}
                data={page.runs.map(run => ({ value: String(run.runId), label: wordsOf(run) }))}
                onChange={event => view.set({ run: event.currentTarget.value })}
              />
            </div>
          )}
          {page.rows.length === 0 ? (
            <Empty title={page.runId === null ? 'Not compared yet' : 'No level differs'}>
              {page.runId === null
                ? 'The first list is made when the shop begins to run in shadow.'
                : 'The shop shows what we would have told it.'}
            </Empty>
          ) : (
            <>
              <Table
                label="Levels that differ"
                head={
                  <tr>
                    <th>SKU</th>
                    <th className={cell.wide}>Why ours is what it is</th>
                    <th className={cell.right}>Ours</th>
                    <th className={cell.right}>The shop’s</th>
                  </tr>
                }
              >
                {page.rows.map(row => (
                  <tr key={`${row.sku} ${row.location}`}>
                    <td>
                      <Link to={`/stock/${encodeURIComponent(row.sku)}`} data-row>
                        {row.sku}
                      </Link>
                      <div className={cell.dim}>{row.location}</div>
                    </td>
                    <td>{row.sentence}</td>
                    <td className={`num ${cell.right}`}>{whole(row.ourUnits)}</td>
                    <td className={`num ${cell.right}`}>{whole(row.theirUnits)}</td>
                  </tr>
                ))}
              </Table>
              <Pager of={page} onPage={to => view.set({ page: String(to) })} />
            </>
          )}
        </Panel>
      )}
    </Shown>
  )
}

function Turn({ shop, isShadow }: { shop: ShopDetail; isShadow: boolean }) {
  const session = useSession()
  const set = useSetShadow(shop.code)
  if (session.data?.role !== 'admin') return null
  return (
    <>
      <Button
        variant={isShadow ? 'filled' : 'default'}
        size="xs"
        loading={set.isPending}
        onClick={() => set.mutate({ isShadow: !isShadow })}
      >
        {isShadow ? `End the shadow and let ${whole(shop.waiting)} go` : 'Run in shadow'}
      </Button>
      <Trouble error={set.error} />
    </>
  )
}

function wordsOf(run: ShadowPage['runs'][number]): string {
  if (run.finishedAt === null) return `${exact(run.startedAt)}: not done`
  return `${exact(run.startedAt)}: ${whole(run.different)} of ${many(run.levels, 'level', 'levels')} differ by ${whole(run.units)} units`
}
