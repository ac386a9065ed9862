import { Button, Group, Modal } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { type DropServer, type Source, useAcceptKey, useDropServer, useLookNow, useSources, useTestSource } from '../api/feeds.ts'
import { useSession } from '../api/queries.ts'
import { Copied } from '../parts/copied.tsx'
import { Code, Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { State, type Tone } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import classes from './feeds.module.css'
import { QualityChart } from './quality-chart.tsx'
import { SourceDialog } from './source-dialog.tsx'
import { SourceFolder } from './source-folder.tsx'

const STATES: Record<Source['state'], { tone: Tone; word: string }> = {
  new: { tone: 'unknown', word: 'Not looked at yet' },
  ok: { tone: 'ok', word: 'Answers' },
  failing: { tone: 'stuck', word: 'In trouble' },
  given_up: { tone: 'stopped', word: 'Given up' },
  stopped: { tone: 'stopped', word: 'Waits for a person' },
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
        title="Sources"
        note={sources.data && whole(sources.data.rows.length)}
        lead="Where files come from, and how good the line to there is."
        actions={
          session.data?.role === 'admin' && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={adding.open}>
              Add a source
            </Button>
          )
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
                <Empty title="No source is declared">
                  Files can be fetched from any SFTP server, too: the ERP’s own, or a managed one.
                </Empty>
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
  return (
    <Panel title="The built-in SFTP server" note="senders drop their files here">
      <Facts
        facts={[
          ['Host', <Copied key="host" text={server.host} what="the host" />],
          ['Port', <Copied key="port" text={String(server.port)} what="the port" />],
          ['Users', server.users.map(user => user.name).join(', ') || 'none'],
        ]}
      />
      <h3>Host keys</h3>
      <ul className={classes.keys}>
        {server.hostKeys.map(key => (
          <li key={key.fingerprint} className={classes.key}>
            <span className={classes.kind}>{key.type}</span>
            <Copied text={key.fingerprint} what={`the fingerprint of the ${key.type} key`} />
          </li>
        ))}
      </ul>
      <h3>Users</h3>
      <ul className={classes.keys}>
        {server.users.map(user => (
          <li key={user.name} className={classes.key}>
            <span className={classes.kind}>{user.name}</span>
            <span>
              home {user.home}, {user.hasPassword ? 'a password' : 'no password'},{' '}
              {user.keys.length === 1 ? 'one key' : `${user.keys.length} keys`}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

export function SourceCard({ source }: { source: Source }) {
  const session = useSession()
  const test = useTestSource(source.name)
  const look = useLookNow(source.name)
  const [isListing, listing] = useDisclosure(false)
  const [isEditing, editing] = useDisclosure(false)
  const mayTry = session.data?.role !== 'viewer'
  const state = source.isEnabled ? STATES[source.state] : { tone: 'paused' as const, word: 'Off' }
  return (
    <Panel
      title={source.name}
      note={source.feeds.length === 0 ? 'no feed' : source.feeds.join(', ')}
      actions={
        <>
          <State {...state} />
          {mayTry && (
            <>
              <Button size="compact-sm" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
                Test connection
              </Button>
              <Button size="compact-sm" variant="default" onClick={listing.open}>
                List folder
              </Button>
              <Button size="compact-sm" variant="default" loading={look.isPending} onClick={() => look.mutate()}>
                Look now
              </Button>
            </>
          )}
          {session.data?.role === 'admin' && (
            <Button size="compact-sm" variant="default" onClick={editing.open}>
              Change
            </Button>
          )}
        </>
      }
    >
      {source.reason && source.state !== 'ok' && (
        <p style={{ marginTop: 0 }}>
          {source.reason} {source.code && <Code code={source.code} />}{' '}
          {source.nextLookAt && (
            <>
              Tried again <When at={source.nextLookAt} />.
            </>
          )}
        </p>
      )}
      <Facts
        facts={[
          ['Host', <Copied key="host" text={source.host} what={`the host of ${source.name}`} />],
          ['Port', String(source.port)],
          ['User', source.user],
          ['Comes in by', source.proof],
          ['Last good look', <When key="ok" at={source.okAt} />],
          ['Drops in 48 h', whole(source.quality.reduce((sum, hour) => sum + hour.drops, 0))],
        ]}
      />
      <HostKeys source={source} />
      {test.data && (
        <p role="status" className={classes.said2}>
          <State tone={test.data.isOk ? 'ok' : 'stuck'} word={test.data.isOk ? 'It lets us in' : 'It does not'} isQuiet />{' '}
          {test.data.message} {test.data.hint} {test.data.isOk && `One question took ${test.data.latencyMs} ms.`}{' '}
          {test.data.code && <Code code={test.data.code} />}
        </p>
      )}
      <Trouble error={test.error ?? look.error} />
      {source.unsettled.map(file => (
        <p key={file.name} className={classes.said2}>
          {file.name} is imported and still lies there: {file.reason} <Code code={file.code} />
        </p>
      ))}
      <QualityChart hours={source.quality} />
      <Modal opened={isListing} onClose={listing.close} title={`Folders of ${source.name}`} size="xl">
        {isListing && <SourceFolder source={source} />}
      </Modal>
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
          <span className={classes.kind}>Trusted {hostKey.type}</span>
          <Copied text={hostKey.fingerprint} what={`the trusted fingerprint of ${source.name}`} />
        </li>
      )}
      {shown && (
        <li className={classes.key}>
          <span className={classes.kind}>Shown {shown.type}</span>
          <Copied text={shown.fingerprint} what={`the fingerprint that ${source.name} showed`} />
          {session.data?.role === 'admin' && (
            <Group gap={8}>
              <Button size="compact-sm" loading={accept.isPending} onClick={() => accept.mutate(shown.fingerprint)}>
                Accept this key
              </Button>
            </Group>
          )}
          <Trouble error={accept.error} />
        </li>
      )}
    </ul>
  )
}
