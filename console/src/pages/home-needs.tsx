import { Button } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { useHealth } from '../api/health.ts'
import { type Street, useFiles } from '../api/queries.ts'
import { Code, Empty } from '../parts/nothing.tsx'
import { whole, withCounts } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { placeOf, titleOf } from '../parts/room-name.ts'
import { FileState, State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { street as texts } from '../texts/street.ts'
import { SEVERITY } from './health-words.ts'
import classes from './home.module.css'
import { concernsOf } from './home-concerns.ts'

const DAY_MS = 24 * 3_600 * 1_000
const FAILED_SHOWN = 3
const FINDINGS_SHOWN = 5

/**
 * What is wrong, worst first, each with the one thing to press. The rooms say what stops them at once; the diagnosis, which comes some
 * seconds later, names the cause.
 */
export function NeedsYou({ rooms }: { rooms: Street['rooms'] }) {
  const [since] = useState(() => new Date(Date.now() - DAY_MS).toISOString())
  const failed = useFiles({ state: 'failed', from: since, pageSize: FAILED_SHOWN })
  const health = useHealth({ state: 'open', pageSize: FINDINGS_SHOWN })
  const files = failed.data?.rows ?? []
  const findings = (health.data?.rows ?? []).filter(finding => finding.severity !== 'note')
  const concerns = concernsOf(rooms, findings)
  const all = concerns.length + findings.length + files.length
  return (
    <Panel
      title={texts.whatNeedsYou}
      note={all > 0 ? whole(concerns.length + findings.length + (failed.data?.total ?? 0)) : undefined}
      actions={<Link to="/health">{texts.allFindings}</Link>}
      isFlush
    >
      {all === 0 ? (
        <Empty title={texts.nothingNeedsYou}>{texts.whatBreaksWaitsTooLongOrHas}</Empty>
      ) : (
        <ul className={classes.lines}>
          {concerns.filter(stopsStock).map(room => (
            <Concern key={room.room} room={room} />
          ))}
          {findings.map(finding => (
            <li key={finding.findingId}>
              <State {...SEVERITY[finding.severity]} />
              <div>
                {withCounts(finding.evidence)} <Code code={finding.code} />
                <span className={`${classes.where} num`}>
                  {texts.forSoLong} <When at={finding.since} style="age" />
                  {finding.unitsAtRisk !== null && finding.unitsAtRisk > 0 && ` · ${texts.unitsAtRisk(finding.unitsAtRisk)}`}
                  {finding.takenBy !== null && ` · ${texts.seesToIt(finding.takenBy)}`}
                </span>
              </div>
              <Button component={Link} to={finding.action.to} size="compact-sm" variant="default">
                {finding.action.label}
              </Button>
            </li>
          ))}
          {concerns
            .filter(room => !stopsStock(room))
            .map(room => (
              <Concern key={room.room} room={room} />
            ))}
          {files.map(file => (
            <li key={file.id}>
              <FileState state={file.state} />
              <div>
                <Link to={`/files/${file.id}`} data-row>
                  {file.name}: {file.reason ?? texts.noReasonWasKept}
                </Link>
                <span className={classes.where}>
                  {file.feed}, <When at={file.changedAt} />
                </span>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

/** What only waits for somebody stands below the findings, which put stock at risk. */
const stopsStock = ({ state }: Street['rooms'][number]): boolean => state === 'stopped' || state === 'paused'

function Concern({ room }: { room: Street['rooms'][number] }) {
  return (
    <li>
      <State tone={room.state} word={room.word} />
      <div>
        <Link to={placeOf(room.room)} data-row>
          {room.reason}
        </Link>
        <span className={classes.where}>{titleOf(room.room)}</span>
      </div>
    </li>
  )
}
