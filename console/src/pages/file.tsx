import { Button, CopyButton, Tooltip, UnstyledButton } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useCallback } from 'react'
import { Link, useParams } from 'react-router'
import { tallyLines } from '../../../src/import/tally.ts'
import { address } from '../api/client.ts'
import { type FileDetail, useFile, useRejected, useSession } from '../api/queries.ts'
import { Back } from '../parts/back.tsx'
import { Chips, cell, Pager, Table, useView } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { bytes, many, whole } from '../parts/number.ts'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { FileState } from '../parts/state.tsx'
import { exact, When } from '../parts/when.tsx'
import classes from './file.module.css'
import { Again } from './file-again.tsx'
import { Decide, Hold } from './file-hold.tsx'
import { Missing } from './file-missing.tsx'

/** One file: what it is, what became of its rows, and its story. */
export function FilePage() {
  const { id = '' } = useParams()
  const file = useFile(id)
  return (
    <>
      <Back to="/files">Files</Back>
      <Shown of={file}>{found => <Found file={found} />}</Shown>
    </>
  )
}

function Found({ file }: { file: FileDetail }) {
  const session = useSession()
  const mayDecide = session.data?.role === 'operator' || session.data?.role === 'admin'
  return (
    <>
      <PageHead
        title={file.name}
        lead={
          <>
            <FileState state={file.state} /> since <When at={file.changedAt} style="age" />
            {file.reason && <> · {file.reason} </>}
            {file.code && <Code code={file.code} />}
          </>
        }
        actions={
          <>
            {file.state === 'held' && mayDecide && <Decide file={file} />}
            {mayDecide && <Again file={file} />}
            {file.hasOriginal && (
              <Button
                component="a"
                href={address(`/files/${file.id}/original`)}
                download
                variant="default"
                leftSection={<IconDownload size={16} aria-hidden />}
              >
                Download original
              </Button>
            )}
          </>
        }
      />
      <div className={classes.page}>
        <Panel>
          <Facts
            facts={[
              ['Feed', file.feed],
              ['Layout', file.layout.replaceAll('_', '_\u200b')],
              ['Size', bytes(file.bytes)],
              ['Received', <When key="received" at={file.receivedAt} />],
              file.asOf === null ? null : ['Counted as of', <When key="as-of" at={file.asOf} />],
              file.counts && ['Units', whole(file.counts.unitsRead)],
              file.duplicateOf === null
                ? null
                : [
                    'Same as',
                    <Link key="same" to={`/files/${file.duplicateOf}`}>
                      file {file.duplicateOf}
                    </Link>,
                  ],
              file.sha256 === null ? null : ['Digest', <Digest key="digest" text={file.sha256} />],
            ]}
          />
          {file.counts && <Counts counts={file.counts} />}
          {tallyLines(file.treated).map(line => (
            <p key={line} className={classes.treated}>
              {line}
            </p>
          ))}
        </Panel>
        <Hold file={file} />
        <Missing file={file} />
        <div className={classes.columns}>
          <Rejected file={file} />
          <Panel title="Story">
            <ol className={classes.story}>
              {file.timeline.map(event => (
                <li key={event.event} data-event={event.event}>
                  <p>{event.text}</p>
                  <time dateTime={event.at}>{exact(event.at)}</time>
                </li>
              ))}
            </ol>
          </Panel>
        </div>
      </div>
    </>
  )
}

function Digest({ text }: { text: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : 'Copy the SHA-256'}>
          <UnstyledButton onClick={copy} className="mono" aria-label="Copy the SHA-256">
            {text.slice(0, 6)}…{text.slice(-6)}
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  )
}

/** What became of the rows, as one bar with its figures. */
function Counts({ counts }: { counts: NonNullable<FileDetail['counts']> }) {
  const parts = [
    { name: 'changed the stock', rows: counts.rowsAccepted, tone: 'ok' },
    { name: 'agreed with it', rows: counts.rowsUnchanged, tone: 'unknown' },
    { name: 'overtaken by newer counts', rows: counts.rowsOutdated, tone: 'waiting' },
    { name: 'rejected', rows: counts.rowsRejected, tone: 'stuck' },
  ]
  return (
    <div className={classes.counts}>
      <div className={classes.bar} aria-hidden>
        {parts.map(part => (part.rows > 0 ? <i key={part.name} data-tone={part.tone} style={{ flexGrow: part.rows }} /> : null))}
      </div>
      <ul>
        <li className="num">{many(counts.rowsRead, 'row', 'rows')}</li>
        {parts
          .filter(part => part.tone !== 'waiting' || part.rows > 0)
          .map(part => (
            <li key={part.name} className="num">
              <i data-tone={part.tone} aria-hidden />
              {whole(part.rows)} {part.name}
            </li>
          ))}
      </ul>
    </div>
  )
}

function Rejected({ file }: { file: FileDetail }) {
  const view = useView()
  const rows = useRejected(String(file.id), { outcome: 'rejected', code: view.get('code'), page: view.page })
  const toPage = useCallback((page: number) => view.set({ page: String(page) }), [view.set])
  const total = file.rejectedByCode.reduce((sum, one) => sum + one.rows, 0)
  return (
    <Panel title="Rejected rows" note={whole(total)} isFlush>
      {file.rejectedByCode.length > 1 && (
        <div className={cell.toolbar}>
          <Chips
            label="Code"
            value={view.get('code')}
            options={file.rejectedByCode.map(one => ({ value: one.code, label: one.code, count: one.rows }))}
            onChange={code => view.set({ code })}
          />
        </div>
      )}
      {total === 0 ? (
        <Empty title={file.counts ? 'Every row was taken' : 'No row was read'}>
          {file.counts
            ? 'Rows that cannot be taken stand here, with their line and the reason.'
            : (file.reason ?? 'Rows stand here once the file was read.')}
        </Empty>
      ) : (
        <Shown of={rows}>
          {page => (
            <>
              <Table
                label="Rejected rows"
                head={
                  <tr>
                    <th className={cell.right}>Line</th>
                    <th className={cell.wide}>Reason and row</th>
                  </tr>
                }
              >
                {page.rows.map(row => (
                  <tr key={row.line}>
                    <td className={cell.right}>{whole(row.line)}</td>
                    <td>
                      {row.reason} <Code code={row.code} />
                      <pre className={classes.raw}>{row.raw}</pre>
                    </td>
                  </tr>
                ))}
              </Table>
              <Pager of={page} onPage={toPage} />
            </>
          )}
        </Shown>
      )}
    </Panel>
  )
}
