import { Link } from 'react-router'
import { type Control, type ShopDetail, useControls } from '../api/shops.ts'
import { Export } from '../parts/export.tsx'
import { cell, Paged, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { shops as texts } from '../texts/shops.ts'
import { EndControl, SwitchOff, sentenceOf } from './control.tsx'

/** What people switched off by hand in this shop, and what they had switched off before. */
export function Controls({ shop }: { shop: ShopDetail }) {
  const view = useView()
  const controls = useControls({ shop: shop.code, page: view.page })
  return (
    <Panel
      title={texts.switchedOffByHand}
      note={controls.data && totalOf(controls.data)}
      actions={
        <>
          <Export {...controls.asked} what={texts.switchedOffByHand} />
          <SwitchOff of={{ shop: shop.code }} what={texts.everythingIn(shop.name)} />
        </>
      }
      isFlush
    >
      <Shown of={controls}>
        {page => (
          <Paged of={page} empty={<Empty title={texts.nothingIsSwitchedOff}>{texts.aLevelOrAProductIsSwitched}</Empty>}>
            <Table
              label={texts.switchedOffByHand}
              head={
                <tr>
                  <th>{texts.ofWhat}</th>
                  <th className={cell.wide}>{texts.whatAndWhy}</th>
                  <th className={cell.right}>{texts.since}</th>
                  <th>
                    <span className="sr-only">{texts.end}</span>
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
                        {texts.ended} <When at={control.endedAt} />
                        {texts.by} {control.endedBy}.
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
          </Paged>
        )}
      </Shown>
    </Panel>
  )
}

function stateOf(control: Control) {
  if (control.endedAt !== null) return { tone: 'ok', word: texts.ended } as const
  return control.kind === 'pause'
    ? ({ tone: 'paused', word: texts.paused } as const)
    : ({ tone: 'stopped', word: texts.sellsNothing } as const)
}

function subjectOf({ shop, location, sku }: Control) {
  return (
    <>
      {sku === null ? texts.everything : <Link to={`/stock/${encodeURIComponent(sku)}`}>{sku}</Link>}
      <div className={cell.dim}>{location ?? (shop === null ? texts.inEveryShop : texts.atEveryLocation)}</div>
    </>
  )
}
