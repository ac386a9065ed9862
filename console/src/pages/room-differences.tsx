import { Link } from 'react-router'
import { useComparisons, useDifferences } from '../api/queries.ts'
import { Export } from '../parts/export.tsx'
import { cell, Paged, Table, useView } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { whole, withCounts } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { When } from '../parts/when.tsx'
import { rooms as texts } from '../texts/rooms.ts'
import { KIND } from './proof-words.ts'

/** The levels that show something else than was promised. */
export function Differences() {
  const view = useView()
  const differences = useDifferences({ page: view.page }, true)
  return (
    <Panel
      title={texts.levelsThatDiffer}
      note={differences.data && whole(differences.data.total)}
      actions={<Export {...differences.asked} what={texts.levelsThatDiffer} />}
      isFlush
    >
      <Shown of={differences}>
        {page => (
          <Paged of={page} empty={<Empty title={texts.noneThatWasReadBack}>{texts.aLevelThatShowsSomethingElseThan}</Empty>}>
            <Table
              label={texts.differences}
              head={
                <tr>
                  <th>{texts.sku}</th>
                  <th className={cell.wide}>{texts.location}</th>
                  <th className={cell.right}>{texts.expected}</th>
                  <th className={cell.right}>{texts.shopifyShows}</th>
                  <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.read}</th>
                </tr>
              }
            >
              {page.rows.map(row => (
                <tr key={`${row.shop} ${row.location} ${row.sku}`}>
                  <td className={cell.nowrap}>
                    <Link to={`/stock/${encodeURIComponent(row.sku)}`} data-row>
                      {row.sku}
                    </Link>
                  </td>
                  <td>
                    {row.location} <span className={cell.dim}>{row.shop}</span>
                  </td>
                  <td className={cell.right}>{whole(row.expectedUnits)}</td>
                  <td className={cell.right}>{row.shopUnits === null ? texts.notStocked : whole(row.shopUnits)}</td>
                  <td className={`${cell.right} ${cell.narrowHidden}`}>
                    <When at={row.readAt} />
                  </td>
                </tr>
              ))}
            </Table>
          </Paged>
        )}
      </Shown>
    </Panel>
  )
}

/** Each reading back of a shop, newest first. */
export function Comparisons() {
  const comparisons = useComparisons(true)
  return (
    <Panel title={texts.comparisons} note={texts.newestFirst} isFlush>
      <Shown of={comparisons}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty title={texts.nothingWasComparedYet}>{texts.eachReadingBackOfAShopStands}</Empty>
          ) : (
            <Table
              label={texts.comparisons}
              head={
                <tr>
                  <th className={cell.wide}>{texts.comparison}</th>
                  <th className={cell.right}>{texts.levels}</th>
                  <th className={cell.right}>{texts.equal}</th>
                  <th className={cell.right}>{texts.different}</th>
                  <th className={cell.right}>{texts.waiting}</th>
                  <th className={cell.right}>{texts.finished}</th>
                </tr>
              }
            >
              {rows.map(row => (
                <tr key={row.runId}>
                  <td>
                    {KIND[row.kind]} <span className={cell.dim}>{row.shop}</span>
                    {row.reason && (
                      <div>
                        {withCounts(row.reason)} {row.code && <Code code={row.code} />}
                      </div>
                    )}
                  </td>
                  <td className={cell.right}>{whole(row.levelsCompared)}</td>
                  <td className={cell.right}>{whole(row.levelsEqual)}</td>
                  <td className={cell.right}>{whole(row.levelsDifferent + row.levelsNotStocked)}</td>
                  <td className={cell.right}>{whole(row.levelsWaiting)}</td>
                  <td className={cell.right}>{row.finishedAt === null ? texts.notYet : <When at={row.finishedAt} />}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </Shown>
    </Panel>
  )
}
