import { Button } from '@mantine/core'
import { Link } from 'react-router'
import { type Street, useFiles, useShops, useStreet } from '../api/queries.ts'
import { useSync } from '../frame/sync-pill.tsx'
import { Empty, Shown, SkeletonRows } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { FileState, StateIcon } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { notSetUp } from '../texts/first-steps.ts'
import { street as texts } from '../texts/street.ts'
import classes from './home.module.css'
import { NeedsYou } from './home-needs.tsx'
import { HomeTrends } from './home-trends.tsx'
import { StreetDrawing } from './street-drawing.tsx'

/** Is stock in sync? If not, where does it hang? What needs me? */
export function Home() {
  const street = useStreet()
  return (
    <div className={classes.home}>
      <Answer street={street.data} />
      <NotSetUp />
      <Shown of={street} skeleton={<SkeletonRows rows={10} />}>
        {({ rooms }) => (
          <>
            <StreetDrawing rooms={rooms} />
            <div className={classes.columns}>
              <NeedsYou rooms={rooms} />
              <LatestFiles />
            </div>
            <HomeTrends />
          </>
        )}
      </Shown>
    </div>
  )
}

/** Until a shop is written, the next step to that stands above everything else. */
function NotSetUp() {
  const shops = useShops()
  if (shops.data === undefined || shops.data.rows.some(shop => shop.accessScope === 'read_and_write')) return null
  return (
    <section className={classes.setUp} aria-label={notSetUp.title}>
      <p>{shops.data.rows.length === 0 ? notSetUp.noShop : notSetUp.notLive}</p>
      <Button component={Link} to="/first-steps">
        {notSetUp.title}
      </Button>
    </section>
  )
}

function Answer({ street }: { street: Street | undefined }) {
  const said = useSync()
  const sync = street?.sync
  return (
    <section className={classes.answer} data-tone={said?.tone} aria-label={texts.isStockInSync}>
      <StateIcon tone={said?.tone ?? 'unknown'} size={30} />
      <div className={classes.words}>
        <h1>{said?.sentence ?? texts.looking}</h1>
        {sync && sync.levels > 0 && <Levels sync={sync} />}
      </div>
    </section>
  )
}

/** Of all levels: equal, on the way, different, as one bar with its figures. */
function Levels({ sync }: { sync: Street['sync'] }) {
  const parts = [
    { name: 'equal', units: sync.levelsEqual, tone: 'ok' },
    { name: texts.onTheWay, units: sync.levelsWaiting, tone: 'working' },
    { name: 'different', units: sync.levelsDifferent, tone: 'stopped' },
  ] as const
  return (
    <div className={classes.levels}>
      <div className={classes.bar} aria-hidden>
        {parts.map(part => (part.units > 0 ? <i key={part.name} data-tone={part.tone} style={{ flexGrow: part.units }} /> : null))}
      </div>
      <ul>
        <li className="num">{texts.levels(sync.levels)}</li>
        {parts.map(part => (
          <li key={part.name} className="num">
            <i data-tone={part.tone} aria-hidden />
            {whole(part.units)} {part.name}
          </li>
        ))}
        <li className="num">
          {texts.units(sync.unitsAtRisk)} {texts.atRisk}
        </li>
        {sync.state !== 'in_sync' && (
          <li>
            {texts.readBack} <When at={sync.comparedAt} />
          </li>
        )}
      </ul>
    </div>
  )
}

const FILES_SHOWN = 6

function LatestFiles() {
  const files = useFiles({ pageSize: FILES_SHOWN })
  return (
    <Panel title={texts.latestFiles} actions={<Link to="/files">{texts.allFiles}</Link>} isFlush>
      <Shown of={files} skeleton={<SkeletonRows rows={FILES_SHOWN} />}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty title={texts.noFileCameYet}>{texts.dropOneOverSftpIntoAFeeds}</Empty>
          ) : (
            <ul className={classes.lines}>
              {rows.map(file => (
                <li key={file.id}>
                  <FileState state={file.state} />
                  <div>
                    <Link to={`/files/${file.id}`} data-row>
                      {file.name}
                    </Link>
                    <span className={`${classes.where} num`}>
                      {file.counts ? texts.rows(file.counts.rowsRead) : file.feed}
                      {file.counts && file.counts.rowsRejected > 0 && texts.rejected(whole(file.counts.rowsRejected))}
                    </span>
                  </div>
                  <When at={file.receivedAt ?? file.openedAt} />
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </Panel>
  )
}
