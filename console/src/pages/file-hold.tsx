import { Anchor } from '@mantine/core'
import { Link } from 'react-router'
import { type FileHold, useDecision, useHold } from '../api/belief.ts'
import type { FileDetail } from '../api/queries.ts'
import { AskWhy } from '../parts/ask.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Shown } from '../parts/nothing.tsx'
import { signed, whole, withCounts } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { files as texts } from '../texts/files.ts'
import classes from './file-hold.module.css'

/** The two ways out of being held. */
export function Decide({ file }: { file: FileDetail }) {
  const release = useDecision(file.id, 'release')
  const reject = useDecision(file.id, 'reject')
  const rows = file.counts === null ? 'it' : texts.rows(file.counts.rowsRead - file.counts.rowsRejected)
  const isSecond = file.releasedBy === 'two' && file.releaseWantedBy !== null
  return (
    <>
      <AskWhy
        label={isSecond ? texts.releaseAsTheSecond : texts.release}
        title={texts.release2(file.name)}
        confirm={texts.release3(rows)}
        deed={release}
      >
        <p>
          {texts.itWillBeReadAnewAndApplied}
          {file.releasedBy === 'two' && !isSecond && texts.thisFeedWantsTwoPeopleAnotherOne}
          {isSecond && texts.hasSaidSoAlready(file.releaseWantedBy)}
        </p>
      </AskWhy>
      <AskWhy label={texts.reject} title={texts.reject2(file.name)} confirm={texts.putItAside} tone="default" deed={reject}>
        <p>{texts.nothingOfItWillBeAppliedIt}</p>
      </AskWhy>
    </>
  )
}

/** Why a file was held, and what it would do. Stays when it was decided, as evidence for the decision. */
export function Hold({ file }: { file: FileDetail }) {
  const hold = useHold(file.id)
  if (file.state !== 'held' && !hold.data) return null
  return (
    <Shown of={hold}>
      {found =>
        found && (
          <>
            <Panel
              title={file.state === 'held' ? texts.whyItIsHeld : texts.whyItWasHeld}
              actions={
                <Anchor component={Link} to={`/feeds/${encodeURIComponent(file.feed)}/guards`} size="sm">
                  {texts.guardsOf} {file.feed}
                </Anchor>
              }
            >
              <ul className={classes.breaches}>
                {found.breaches.map(breach => (
                  <li key={breach.guard}>{withCounts(breach.sentence)}</li>
                ))}
              </ul>
            </Panel>
            <Facilities hold={found} />
            <Largest hold={found} />
          </>
        )
      }
    </Shown>
  )
}

const FIGURES = [
  ['rows', texts.rows2],
  ['units', texts.units],
  ['zeroes', texts.atZero],
] as const

function Facilities({ hold }: { hold: FileHold }) {
  const most = Object.fromEntries(
    FIGURES.map(([key]) => [key, Math.max(1, ...hold.facilities.flatMap(one => [one.before?.[key] ?? 0, one.after?.[key] ?? 0]))]),
  )
  return (
    <Panel title={texts.facilities} note={whole(hold.facilities.length)} isFlush>
      <Table
        label={texts.whatTheLastGoodFileSaidOf}
        head={
          <tr>
            <th>{texts.facility}</th>
            {FIGURES.map(([key, label]) => (
              <th key={key} className={cell.right}>
                {label}
                {texts.beforeAfter}
              </th>
            ))}
          </tr>
        }
      >
        {hold.facilities.map(one => (
          <tr key={one.code}>
            <td className={cell.main}>
              {one.name} {one.name !== one.code && <span className={cell.dim}>{one.code}</span>}
            </td>
            {FIGURES.map(([key]) => (
              <td key={key} className={cell.right}>
                <Change before={one.before?.[key] ?? null} after={one.after?.[key] ?? null} most={most[key] ?? 1} />
              </td>
            ))}
          </tr>
        ))}
      </Table>
    </Panel>
  )
}

/** Two bars, one under the other, and their figures. A facility that one of the files does not name has none. */
function Change({ before, after, most }: { before: number | null; after: number | null; most: number }) {
  const width = (value: number | null) => `${Math.max(0, Math.min(100, ((value ?? 0) / most) * 100))}%`
  return (
    <div className={classes.change}>
      <span className="num">
        {whole(before)} → <strong>{after === null ? texts.notInIt : whole(after)}</strong>
      </span>
      <span className={classes.bars} aria-hidden>
        <i data-when="before" style={{ width: width(before) }} />
        <i data-when="after" style={{ width: width(after) }} />
      </span>
    </div>
  )
}

function Largest({ hold }: { hold: FileHold }) {
  if (hold.largest.length === 0) return null
  return (
    <Panel title={texts.largestChanges} note={texts.ofWord(whole(hold.largest.length), whole(hold.figures.changed))} isFlush>
      <Table
        label={texts.thePositionsThatWouldChangeMost}
        head={
          <tr>
            <th>{texts.product}</th>
            <th>{texts.facility}</th>
            <th className={cell.right}>{texts.onHand}</th>
            <th className={cell.right}>{texts.change}</th>
            <th className={cell.right}>{texts.line}</th>
          </tr>
        }
      >
        {hold.largest.map(one => (
          <tr key={`${one.facility} ${one.sku ?? one.name}`}>
            <td className={cell.main}>
              {one.sku === null ? one.name : <Link to={`/stock/${encodeURIComponent(one.sku)}`}>{one.sku}</Link>}{' '}
              <span className={cell.dim}>{one.sku === null ? '' : one.name}</span>
            </td>
            <td>{one.facility}</td>
            <td className={cell.right}>
              {whole(one.beforeUnits)} → {whole(one.afterUnits)}
            </td>
            <td className={cell.right}>{signed(one.afterUnits - one.beforeUnits)}</td>
            <td className={cell.right}>{one.line === null ? texts.missing : whole(one.line)}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  )
}
