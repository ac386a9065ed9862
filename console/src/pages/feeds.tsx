import { Button, NativeSelect } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { type Feed, type FeedFinding, useFeedFindings, useImportAgain, useLeaveIt, useTakeIn } from '../api/feeds.ts'
import { useFeeds, useSession } from '../api/queries.ts'
import { Copied } from '../parts/copied.tsx'
import { Export } from '../parts/export.tsx'
import { useGoToFile } from '../parts/go-to-file.ts'
import { cell, Table } from '../parts/list.tsx'
import { Code, Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { bytes, whole, withCounts } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { feeds as texts } from '../texts/feeds.ts'
import { FeedDialog, type Proposal } from './feed-dialog.tsx'
import classes from './feeds.module.css'

/** Where files belong, when they are due, and what lies where it should not. */
export function Feeds() {
  const feeds = useFeeds()
  const session = useSession()
  const [adding, setAdding] = useState<Proposal | null>(null)
  const isAdmin = session.data?.role === 'admin'
  return (
    <>
      <PageHead
        title={texts.feeds}
        note={feeds.data && whole(feeds.data.rows.length)}
        lead={texts.whereEachSenderDropsItsFilesAnd}
        actions={
          <>
            <Export {...feeds.asked} size="sm" what={texts.feeds} />
            {isAdmin && (
              <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding({})}>
                {texts.addAFeed}
              </Button>
            )}
          </>
        }
      />
      <div className={classes.page}>
        <Findings feeds={feeds.data?.rows ?? []} onPropose={isAdmin ? setAdding : null} />
        <Panel isFlush>
          <Shown of={feeds}>
            {({ rows }) =>
              rows.length === 0 ? (
                <Empty title={texts.noFeedIsDeclaredYet}>{texts.aFeedSaysWhereASendersFiles}</Empty>
              ) : (
                <Table
                  label={texts.feeds}
                  head={
                    <tr>
                      <th>{texts.feed}</th>
                      <th className={cell.wide}>{texts.whereItsFilesBelong}</th>
                      <th className={`${cell.narrowHidden} ${cell.mediumHidden}`}>{texts.layout}</th>
                      <th className={`${cell.right} ${cell.narrowHidden} ${cell.mediumHidden}`}>{texts.files}</th>
                      <th className={cell.right}>{texts.lastFile}</th>
                      <th>
                        <span className="sr-only">{texts.change2}</span>
                      </th>
                    </tr>
                  }
                >
                  {rows.map(feed => (
                    <FeedRow key={feed.name} feed={feed} isAdmin={isAdmin} />
                  ))}
                </Table>
              )
            }
          </Shown>
        </Panel>
      </div>
      {adding && <FeedDialog proposal={adding} close={() => setAdding(null)} />}
    </>
  )
}

function FeedRow({ feed, isAdmin }: { feed: Feed; isAdmin: boolean }) {
  const [isEditing, editing] = useDisclosure(false)
  const where = feed.door === 'remote' ? texts.on(feed.source) : feed.door === 'folder' ? texts.inTheWatchedFolder : texts.ofUser(feed.home)
  return (
    <tr>
      <td>
        <Link className={cell.nowrap} to={`/files?feed=${encodeURIComponent(feed.name)}`} data-row>
          {feed.name}
        </Link>
        <div className={cell.dim}>
          {feed.fileKind === 'delta' ? texts.changes : texts.whatIsThere}
          {feed.follows && texts.after(feed.follows)}
        </div>
      </td>
      <td>
        <Copied text={feed.path} what={texts.thePathOf(feed.name)} /> <span className={cell.dim}>{where}</span>
        {feed.namePattern !== '*' && (
          <div className={cell.dim}>
            {texts.named} <Copied text={feed.namePattern} what={texts.theNamePatternOf(feed.name)} />
          </div>
        )}
      </td>
      <td className={`mono ${cell.narrowHidden} ${cell.mediumHidden}`}>{feed.layout.replaceAll('_', '_\u200b')}</td>
      <td className={`num ${cell.right} ${cell.narrowHidden} ${cell.mediumHidden}`}>{whole(feed.files)}</td>
      <td className={cell.right}>
        {feed.lastReceivedAt === null ? texts.never : <When at={feed.lastReceivedAt} />}
        <div>
          <DueState feed={feed} />
        </div>
      </td>
      <td className={cell.right}>
        {isAdmin && (
          <Button size="compact-sm" variant="default" aria-label={texts.change(feed.name)} onClick={editing.open}>
            {texts.change2}
          </Button>
        )}{' '}
        <Button
          component={Link}
          to={`/feeds/${encodeURIComponent(feed.name)}/guards`}
          size="compact-sm"
          variant="default"
          aria-label={texts.guardsOfAndWhatItsFilesSay(feed.name)}
        >
          {texts.guards}
        </Button>
        {isEditing && <FeedDialog feed={feed} close={editing.close} />}
      </td>
    </tr>
  )
}

function DueState({ feed }: { feed: Feed }) {
  if (!feed.isEnabled) return <State tone="paused" word={texts.off2} isQuiet />
  if (feed.due === null) return <span className={cell.dim}>{texts.noTimeDeclared}</span>
  if (feed.due.silentSince !== null) return <State tone="stuck" word={texts.silent} isQuiet />
  return (
    <span className={cell.dim}>
      {texts.next} <When at={feed.due.nextDueAt} />
    </span>
  )
}

function Findings({ feeds, onPropose }: { feeds: readonly Feed[]; onPropose: ((proposal: Proposal) => void) | null }) {
  const findings = useFeedFindings()
  return (
    <Shown of={findings} skeleton={null}>
      {({ rows }) =>
        rows.length === 0 ? null : (
          <Panel
            title={texts.missingOrInTheWrongPlace}
            note={whole(rows.length)}
            actions={<Export {...findings.asked} what={texts.missingOrInTheWrongPlace} />}
            isFlush
          >
            <ul className={classes.findings}>
              {rows.map(finding => (
                <Finding
                  key={`${finding.code} ${finding.stray?.id ?? finding.file?.name ?? finding.feed ?? finding.source} ${finding.file?.id ?? ''}`}
                  finding={finding}
                  feeds={feeds}
                  onPropose={onPropose}
                />
              ))}
            </ul>
          </Panel>
        )
      }
    </Shown>
  )
}

type FindingProps = { finding: FeedFinding; feeds: readonly Feed[]; onPropose: ((proposal: Proposal) => void) | null }

function Finding({ finding, feeds, onPropose }: FindingProps) {
  const { stray } = finding
  return (
    <li className={classes.finding}>
      <div className={classes.said}>
        {stray && (
          <p className={classes.file}>
            <code>{stray.path}</code> <span className={cell.dim}>{bytes(stray.bytes)}</span>
          </p>
        )}
        <p>
          {withCounts(finding.reason)} <Code code={finding.code} />
        </p>
        <p className={cell.dim}>
          {texts.forSoLong} <When at={finding.since} style="age" />
          {finding.source && (
            <>
              {' · '}
              <Link to="/sources">{finding.source}</Link>
            </>
          )}
        </p>
      </div>
      {stray && <TakeIn finding={finding} stray={stray} feeds={feeds} onPropose={onPropose} />}
      {finding.file && finding.feed && <ReadThere file={finding.file} feed={finding.feed} />}
    </li>
  )
}

/** A file that lay in another feed’s inbox is kept there: it is read from what is kept, into its own feed. */
function ReadThere({ file, feed }: { file: NonNullable<FeedFinding['file']>; feed: string }) {
  const session = useSession()
  const goToFile = useGoToFile()
  const again = useImportAgain(file.id)
  if (session.data?.role === 'viewer') return null
  return (
    <div className={classes.deeds}>
      <Button loading={again.isPending} onClick={() => goToFile(again.mutateAsync(feed))}>
        {texts.takeItIn}
      </Button>
      <Button variant="default" component={Link} to={`/files/${file.id}`}>
        {texts.lookAtIt}
      </Button>
      <Trouble error={again.error} />
    </div>
  )
}

function TakeIn({ finding, stray, feeds, onPropose }: FindingProps & { stray: NonNullable<FeedFinding['stray']> }) {
  const session = useSession()
  const goToFile = useGoToFile()
  const takeIn = useTakeIn()
  const leave = useLeaveIt()
  const [chosen, setChosen] = useState(finding.feed ?? '')
  if (session.data?.role === 'viewer') return null
  const folder = stray.path.includes('/') ? stray.path.slice(0, stray.path.lastIndexOf('/')) : 'dropped'
  return (
    <div className={classes.deeds}>
      {finding.feed === null && (
        <NativeSelect
          aria-label={texts.intoWhichFeedBelongs(stray.path)}
          value={chosen}
          onChange={event => setChosen(event.currentTarget.value)}
          data={[{ value: '', label: texts.chooseAFeed }, ...feeds.map(feed => feed.name)]}
        />
      )}
      <Button
        disabled={chosen === ''}
        loading={takeIn.isPending}
        onClick={() => goToFile(takeIn.mutateAsync({ id: stray.id, feed: chosen }))}
      >
        {texts.takeItIn}
      </Button>
      {finding.feed === null && stray.layout !== null && onPropose && (
        <Button
          variant="default"
          onClick={() => onPropose({ folder: folder.toLowerCase(), layout: stray.layout ?? '', home: stray.home ?? '' })}
        >
          {texts.makeAFeedOfIt}
        </Button>
      )}
      <Button variant="default" loading={leave.isPending} onClick={() => leave.mutate(stray.id)}>
        {texts.leaveIt}
      </Button>
      <Trouble error={takeIn.error ?? leave.error} />
    </div>
  )
}
