import { Anchor } from '@mantine/core'
import { Link } from 'react-router'
import { type FileHold, useDecision, useHold } from '../api/belief.ts'
import type { FileDetail } from '../api/queries.ts'
import { AskWhy } from '../parts/ask.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Shown } from '../parts/nothing.tsx'
import { many, signed, whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import classes from './file-hold.module.css'

/** The two ways out of being held. */
export function Decide({ file }: { file: FileDetail }) {
  const release = useDecision(file.id, 'release')
  const reject = useDecision(file.id, 'reject')
  const rows = file.counts === null ? 'it' : many(file.counts.rowsRead - file.counts.rowsRejected, 'row', 'rows')
  const isSecond = file.releasedBy === 'two' && file.releaseWantedBy !== null
  return (
    <>
      <AskWhy
        label={isSecond ? 'Release as the second' : 'Release'}
        title={`Release ${file.name}`}
        confirm={`Release ${rows}`}
        deed={release}
      >
        <p>
          It will be read anew and applied, whatever is held against it.
          {file.releasedBy === 'two' && !isSecond && ' This feed wants two people: another one has to press Release after you.'}
          {isSecond && ` ${file.releaseWantedBy} has said so already.`}
        </p>
      </AskWhy>
      <AskWhy label="Reject" title={`Reject ${file.name}`} confirm="Put it aside" tone="default" deed={reject}>
        <p>Nothing of it will be applied. It goes to failed/, with your reason beside it.</p>
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
              title={file.state === 'held' ? 'Why it is held' : 'Why it was held'}
              actions={
                <Anchor component={Link} to={`/feeds/${encodeURIComponent(file.feed)}/guards`} size="sm">
                  Guards of {file.feed}
                </Anchor>
              }
            >
              <ul className={classes.breaches}>
                {found.breaches.map(breach => (
                  <li key={breach.guard}>{breach.sentence}</li>
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
  ['rows', 'Rows'],
  ['units', 'Units'],
  ['zeroes', 'At zero'],
] as const

function Facilities({ hold }: { hold: FileHold }) {
  const most = Object.fromEntries(
    FIGURES.map(([key]) => [key, Math.max(1, ...hold.facilities.flatMap(one => [one.before?.[key] ?? 0, one.after?.[key] ?? 0]))]),
  )
  return (
    <Panel title="Facilities" note={whole(hold.facilities.length)} isFlush>
      <Table
        label="What the last good file said of each facility, and what this one says"
        head={
          <tr>
            <th>Facility</th>
            {FIGURES.map(([key, label]) => (
              <th key={key} className={cell.right}>
                {label}: before → after
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
        {whole(before)} → <strong>{after === null ? 'not in it' : whole(after)}</strong>
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
    <Panel title="Largest changes" note={`${whole(hold.largest.length)} of ${whole(hold.figures.changed)}`} isFlush>
      <Table
        label="The positions that would change most"
        head={
          <tr>
            <th>Product</th>
            <th>Facility</th>
            <th className={cell.right}>On hand</th>
            <th className={cell.right}>Change</th>
            <th className={cell.right}>Line</th>
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
            <td className={cell.right}>{one.line === null ? 'missing' : whole(one.line)}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  )
}
