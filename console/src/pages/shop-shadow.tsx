import { Button, NativeSelect } from '@mantine/core'
import { useCallback } from 'react'
import { Link } from 'react-router'
import { useSession } from '../api/queries.ts'
import { type ShadowPage, type ShopDetail, useSetShadow, useShadow } from '../api/shops.ts'
import { Export } from '../parts/export.tsx'
import { cell, Paged, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { exact } from '../parts/zone.ts'
import { shops as texts } from '../texts/shops.ts'
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
          title={texts.shadow}
          note={page.runId === null ? undefined : texts.levelsDiffer(totalOf(page))}
          actions={<Turn shop={shop} isShadow={page.isShadow} />}
          isFlush
        >
          <div style={{ padding: 12 }}>
            {page.isShadow ? (
              <>
                <State tone="paused" word={texts.runsInShadow} /> {texts.everythingIsDoneButTheWriteEach}
              </>
            ) : (
              texts.thisShopDoesNotRunInShadow
            )}
          </div>
          {page.runs.length > 0 && (
            <div className={cell.toolbar}>
              <Search label={texts.searchSku} value={view.get('search') ?? ''} onChange={search} />
              <NativeSelect
                aria-label={texts.whichDay}
                size="sm"
                value={String(page.runId ?? '')}
                data={page.runs.map(run => ({ value: String(run.runId), label: wordsOf(run) }))}
                onChange={event => view.set({ run: event.currentTarget.value })}
              />
              <Export {...shadow.asked} what={texts.shadow} />
            </div>
          )}
          {
            <Paged
              of={page}
              empty={
                <Empty title={page.runId === null ? texts.notComparedYet : texts.noLevelDiffers}>
                  {page.runId === null ? texts.theFirstListIsMadeWhenThe : texts.theShopShowsWhatWeWouldHave}
                </Empty>
              }
            >
              <Table
                label={texts.levelsThatDiffer}
                head={
                  <tr>
                    <th>{texts.sku}</th>
                    <th className={cell.wide}>{texts.whyOursIsWhatItIs}</th>
                    <th className={cell.right}>{texts.ours}</th>
                    <th className={cell.right}>{texts.theShops}</th>
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
            </Paged>
          }
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
        {isShadow ? texts.endTheShadowAndLetGo(whole(shop.waiting)) : texts.runInShadow}
      </Button>
      <Trouble error={set.error} />
    </>
  )
}

function wordsOf(run: ShadowPage['runs'][number]): string {
  if (run.finishedAt === null) return texts.notDone(exact(run.startedAt))
  return texts.ofDifferByUnits(exact(run.startedAt), whole(run.different), texts.levels2(run.levels), whole(run.units))
}
