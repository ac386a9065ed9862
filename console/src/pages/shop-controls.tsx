import { Link } from 'react-router'
import { type Control, type ShopDetail, useControls } from '../api/shops.ts'
import { cell, Pager, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { EndControl, SwitchOff, sentenceOf } from './control.tsx'

/** What people switched off by hand in this shop, and what they had switched off before. */
export function Controls({ shop }: { shop: ShopDetail }) {
  const view = useView()
  const controls = useControls({ shop: shop.code, page: view.page })
  return (
    <Panel
      title="Switched off by hand"
      note={controls.data && totalOf(controls.data)}
      actions={<SwitchOff of={{ shop: shop.code }} what={`Everything in ${shop.name}`} />}
      isFlush
    >
      <Shown of={controls}>
        {page =>
          page.rows.length === 0 ? (
            <Empty title="Nothing is switched off">
              A level or a product is switched off on the page of its SKU, the whole shop with the buttons above.
            </Empty>
          ) : (
            <>
              <Table
                label="Switched off by hand"
                head={
                  <tr>
                    <th>Of what</th>
                    <th className={cell.wide}>What and why</th>
                    <th className={cell.right}>Since</th>
                    <th>
                      <span className="sr-only">End</span>
                    </th>
                  </tr>
                }
              >
                {page.rows.map(control => (
                  <tr key={control.controlId}>
                    <td>{subjectOf(control)}</td>
                    <td>
                      <State {...stateOf(control)} isQuiet /> {sentenceOf(control)}
                      {control.endedAt !== null && (
                        <div className={cell.dim}>
                          Ended <When at={control.endedAt} />, by {control.endedBy}.
                        </div>
                      )}
                    </td>
                    <td className={`${cell.right} ${cell.nowrap}`}>
                      <When at={control.setAt} />
                    </td>
                    <td className={cell.right}>{control.endedAt === null && <EndControl control={control} />}</td>
                  </tr>
                ))}
              </Table>
              <Pager of={page} onPage={to => view.set({ page: String(to) })} />
            </>
          )
        }
      </Shown>
    </Panel>
  )
}

function stateOf(control: Control) {
  if (control.endedAt !== null) return { tone: 'ok', word: 'Ended' } as const
  return control.kind === 'pause' ? ({ tone: 'paused', word: 'Paused' } as const) : ({ tone: 'stopped', word: 'Sells nothing' } as const)
}

function subjectOf({ shop, location, sku }: Control) {
  return (
    <>
      {sku === null ? 'Everything' : <Link to={`/stock/${encodeURIComponent(sku)}`}>{sku}</Link>}
      <div className={cell.dim}>{location ?? (shop === null ? 'in every shop' : 'at every location')}</div>
    </>
  )
}
