import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useDropServer, useSources } from '../api/feeds.ts'
import { useFeeds, useSession } from '../api/queries.ts'
import { Copied } from '../parts/copied.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Shown } from '../parts/nothing.tsx'
import { Panel } from '../parts/panel.tsx'
import { firstSteps as texts } from '../texts/first-steps.ts'
import classes from './first-steps.module.css'
import { SourceDialog } from './source-dialog.tsx'
import { DropServerPanel, SourceCard } from './sources.tsx'

/** The built-in server with what a client has to be told, and servers of others beside it. */
export function SourceStep() {
  const server = useDropServer()
  const sources = useSources()
  const feeds = useFeeds()
  const session = useSession()
  const [isAdding, adding] = useDisclosure(false)
  return (
    <>
      <p className={classes.lead}>{texts.sourceLead}</p>
      <Shown of={server} skeleton={null}>
        {found => <DropServerPanel server={found} />}
      </Shown>
      <p className={classes.lead}>{texts.passwordHint}</p>
      <Panel title={texts.inboxes} note={texts.inboxesNote} isFlush>
        <Shown of={feeds}>
          {({ rows }) => (
            <Table
              label={texts.inboxes}
              head={
                <tr>
                  <th>{texts.feed}</th>
                  <th className={cell.wide}>{texts.folder}</th>
                </tr>
              }
            >
              {rows
                .filter(feed => feed.door === 'sftp')
                .map(feed => (
                  <tr key={feed.name}>
                    <td className={cell.nowrap}>{feed.name}</td>
                    <td>
                      <Copied text={feed.path} what={texts.pathOf(feed.name)} />
                    </td>
                  </tr>
                ))}
            </Table>
          )}
        </Shown>
      </Panel>
      {sources.data?.rows.map(source => (
        <SourceCard key={source.name} source={source} />
      ))}
      {session.data?.role === 'admin' && (
        <div>
          <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={adding.open}>
            {texts.addSource}
          </Button>
        </div>
      )}
      {isAdding && <SourceDialog close={adding.close} />}
    </>
  )
}
