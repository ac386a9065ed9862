import { Button, Group } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { Link } from 'react-router'
import { type DropServer, type Source, useAcceptKey, useDropServer, useLookNow, useSources, useTestSource } from '../api/feeds.ts'
import { useSession } from '../api/queries.ts'
import { Copied } from '../parts/copied.tsx'
import { Export } from '../parts/export.tsx'
import { Modal } from '../parts/modal.tsx'
import { Code, Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { whole, withCounts } from '../parts/number.ts'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { State, type Tone } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { sources as texts } from '../texts/sources.ts'
import { NewDropUser, sftpCommand } from './drop-user.tsx'
import classes from './feeds.module.css'
import { QualityChart } from './quality-chart.tsx'
import { SourceDialog } from './source-dialog.tsx'
import { SourceFolder } from './source-folder.tsx'

const STATES: Record<Source['state'], { tone: Tone; word: string }> = {
  new: { tone: 'unknown', word: texts.notLookedAtYet },
  ok: { tone: 'ok', word: texts.answers },
  failing: { tone: 'stuck', word: texts.inTrouble },
  given_up: { tone: 'stopped', word: texts.givenUp },
  stopped: { tone: 'stopped', word: texts.waitsForAPerson },
}

/** Where files come from: the built-in server that others drop them on, and the servers of others that we fetch them from. */
export function Sources() {
  const sources = useSources()
  const server = useDropServer()
  const session = useSession()
  const [isAdding, adding] = useDisclosure(false)
  return (
    <>
      <PageHead
        title={texts.sources}
        note={sources.data && whole(sources.data.rows.length)}
        lead={texts.whereFilesComeFromAndHowGood}
        actions={
          <>
            <Export {...sources.asked} size="sm" what={texts.sources} />
            {session.data?.role === 'admin' && (
              <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={adding.open}>
                {texts.addASource}
              </Button>
            )}
          </>
        }
      />
      <div className={classes.cards}>
        <Shown of={server} skeleton={null}>
          {found => <DropServerPanel server={found} />}
        </Shown>
        <Shown of={sources}>
          {({ rows }) =>
            rows.length === 0 ? (
              <Panel>
                <Empty title={texts.noSourceIsDeclared}>{texts.filesCanBeFetchedFromAnySftp}</Empty>
              </Panel>
            ) : (
              rows.map(source => <SourceCard key={source.name} source={source} />)
            )
          }
        </Shown>
      </div>
      {isAdding && <SourceDialog close={adding.close} />}
    </>
  )
}

export function DropServerPanel({ server }: { server: DropServer }) {
  const session = useSession()
  return (
    <Panel title={texts.theBuiltInSftpServer} note={texts.sendersDropTheirFilesHere}>
      <Facts
        facts={[
          [texts.host, <Copied key="host" text={server.host} what={texts.theHost} />],
          [texts.port, <Copied key="port" text={String(server.port)} what={texts.thePort} />],
          [texts.users, server.users.map(user => user.name).join(', ') || texts.none],
        ]}
      />
      <h3>{texts.hostKeys}</h3>
      <ul className={classes.keys}>
        {server.hostKeys.map(key => (
          <li key={key.fingerprint} className={classes.key}>
            <span className={classes.kind}>{key.type}</span>
            <Copied text={key.fingerprint} what={texts.theFingerprintOfTheKey(key.type)} />
          </li>
        ))}
      </ul>
      <h3>{texts.users}</h3>
      <ul className={classes.keys}>
        {server.users.map(user => (
          <li key={user.name} className={classes.key}>
            <span className={classes.kind}>{user.name}</span>
            <span>
              {texts.home} {user.home}, {user.hasPassword ? texts.aPassword : texts.noPassword},{' '}
              {user.keys.length === 1 ? texts.oneKey : texts.keys(user.keys.length)}
            </span>
            <Copied text={sftpCommand(server, user.name)} what={texts.theCommandOf(user.name)} />
          </li>
        ))}
      </ul>
      {session.data?.role === 'admin' && <NewDropUser server={server} />}
    </Panel>
  )
}

export function SourceCard({ source, isAlone = false }: { source: Source; isAlone?: boolean }) {
  const session = useSession()
  const test = useTestSource(source.name)
  const look = useLookNow(source.name)
  const [isListing, listing] = useDisclosure(false)
  const [isEditing, editing] = useDisclosure(false)
  const mayTry = session.data?.role !== 'viewer'
  const state = source.isEnabled ? STATES[source.state] : { tone: 'paused' as const, word: texts.off }
  return (
    <Panel
      title={source.name}
      note={source.feeds.length === 0 ? texts.noFeed : source.feeds.join(', ')}
      actions={
        <>
          <State {...state} />
          {!isAlone && (
            <Button component={Link} to={`/sources/${encodeURIComponent(source.name)}`} size="compact-sm" variant="default">
              {texts.schedule}
            </Button>
          )}
          {mayTry && (
            <>
              <Button size="compact-sm" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
                {texts.testConnection}
              </Button>
              <Button size="compact-sm" variant="default" onClick={listing.open}>
                {texts.listFolder}
              </Button>
              <Button size="compact-sm" variant="default" loading={look.isPending} onClick={() => look.mutate()}>
                {texts.lookNow}
              </Button>
            </>
          )}
          {session.data?.role === 'admin' && (
            <Button size="compact-sm" variant="default" onClick={editing.open}>
              {texts.change2}
            </Button>
          )}
        </>
      }
    >
      {source.reason && source.state !== 'ok' && (
        <p style={{ marginTop: 0 }}>
          {withCounts(source.reason)} {source.code && <Code code={source.code} />}{' '}
          {source.nextLookAt && (
            <>
              {texts.triedAgain} <When at={source.nextLookAt} />.
            </>
          )}
        </p>
      )}
      <Facts
        facts={[
          [texts.host, <Copied key="host" text={source.host} what={texts.theHostOf(source.name)} />],
          [texts.port, String(source.port)],
          [texts.user, source.user],
          [texts.comesInBy, source.proof],
          [texts.lastGoodLook, <When key="ok" at={source.okAt} />],
          [texts.dropsIn48H, whole(source.quality.reduce((sum, hour) => sum + hour.drops, 0))],
        ]}
      />
      <HostKeys source={source} />
      {test.data && (
        <p role="status" className={classes.said2}>
          <State tone={test.data.isOk ? 'ok' : 'stuck'} word={test.data.isOk ? texts.itLetsUsIn : texts.itDoesNot} isQuiet />{' '}
          {withCounts(test.data.message)} {withCounts(test.data.hint)} {test.data.isOk && texts.oneQuestionTookMs(test.data.latencyMs)}{' '}
          {test.data.code && <Code code={test.data.code} />}
        </p>
      )}
      <Trouble error={test.error ?? look.error} />
      {source.unsettled.map(file => (
        <p key={file.name} className={classes.said2}>
          {file.name} {texts.isImportedAndStillLiesThere} {file.reason} <Code code={file.code} />
        </p>
      ))}
      <QualityChart hours={source.quality} />
      {isListing && (
        <Modal onClose={listing.close} title={texts.foldersOf(source.name)} size="xl">
          <SourceFolder source={source} />
        </Modal>
      )}
      {isEditing && <SourceDialog source={source} close={editing.close} />}
    </Panel>
  )
}

/** The key that is trusted, and the one that somebody has to look at. */
function HostKeys({ source }: { source: Source }) {
  const session = useSession()
  const accept = useAcceptKey(source.name)
  const { hostKey, shownHostKey: shown } = source
  return (
    <ul className={classes.keys} style={{ marginTop: 12 }}>
      {hostKey && (
        <li className={classes.key}>
          <span className={classes.kind}>
            {texts.trusted} {hostKey.type}
          </span>
          <Copied text={hostKey.fingerprint} what={texts.theTrustedFingerprintOf(source.name)} />
        </li>
      )}
      {shown && (
        <li className={classes.key}>
          <span className={classes.kind}>
            {texts.shown} {shown.type}
          </span>
          <Copied text={shown.fingerprint} what={texts.theFingerprintThatShowed(source.name)} />
          {session.data?.role === 'admin' && (
            <Group gap={8}>
              <Button size="compact-sm" loading={accept.isPending} onClick={() => accept.mutate(shown.fingerprint)}>
                {texts.acceptThisKey}
              </Button>
            </Group>
          )}
          <Trouble error={accept.error} />
        </li>
      )}
    </ul>
  )
}
