import { Button, CopyButton, Progress as MantineProgress, Tooltip, UnstyledButton } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { Link, useParams } from 'react-router'
import { tallyLines } from '../../../src/import/tally.ts'
import { address } from '../api/client.ts'
import { type FileDetail, useFile, useSession } from '../api/queries.ts'
import { Back } from '../parts/back.tsx'
import { Code, Shown } from '../parts/nothing.tsx'
import { bytes, whole, withCounts } from '../parts/number.ts'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { FileState } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { exact } from '../parts/zone.ts'
import { files as texts } from '../texts/files.ts'
import classes from './file.module.css'
import { Again } from './file-again.tsx'
import { Decide, Hold } from './file-hold.tsx'
import { Missing } from './file-missing.tsx'
import { Rejected } from './file-rows.tsx'
import { Undo } from './file-undo.tsx'
import { UnknownNames } from './unknown-names.tsx'

/** One file: what it is, what became of its rows, and its story. */
export function FilePage() {
  const { id = '' } = useParams()
  const file = useFile(id)
  return (
    <>
      <Back to="/files">{texts.files}</Back>
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
            <FileState state={file.state} /> <Since file={file} />
            {file.reason && <> · {withCounts(file.reason)} </>}
            {file.code && <Code code={file.code} />}
          </>
        }
        actions={
          <>
            {file.state === 'held' && mayDecide && <Decide file={file} />}
            {mayDecide && <Undo file={file} />}
            {mayDecide && <Again file={file} />}
            {file.hasOriginal && (
              <Button
                component="a"
                href={address(`/files/${file.id}/original`)}
                download
                variant="default"
                leftSection={<IconDownload size={16} aria-hidden />}
              >
                {texts.downloadOriginal}
              </Button>
            )}
          </>
        }
      />
      <div className={classes.page}>
        <Panel>
          <Facts
            facts={[
              [texts.feed, file.feed],
              [
                texts.layout,
                <span key="layout" className="mono">
                  {file.layout.replaceAll('_', '_\u200b')}
                </span>,
              ],
              file.expectedBytes === null || file.expectedBytes === file.bytes
                ? [texts.size, bytes(file.bytes)]
                : [texts.received, texts.ofWord2(bytes(file.bytes), bytes(file.expectedBytes))],
              file.receivedAt === null ? null : [texts.wholeSince, <When key="received" at={file.receivedAt} />],
              file.asOf === null ? null : [texts.countedAsOf, <When key="as-of" at={file.asOf} />],
              file.counts && [texts.units, whole(file.counts.unitsRead)],
              file.duplicateOf === null
                ? null
                : [
                    texts.sameAs,
                    <Link key="same" to={`/files/${file.duplicateOf}`}>
                      {texts.file} {file.duplicateOf}
                    </Link>,
                  ],
              file.sha256 === null ? null : [texts.digest, <Digest key="digest" text={file.sha256} />],
            ]}
          />
          {file.counts && <FileCounts counts={file.counts} file={file} />}
          {file.state === 'interrupted' && <p className={classes.treated}>{texts.noRowWasRead0Accepted0}</p>}
          {file.booking && <Progress of={file.booking} />}
          {file.repeats && (
            <p className={classes.treated}>
              {texts.itRepeats} <Link to={`/files/${file.repeats.id}`}>{file.repeats.name}</Link>: {whole(file.rowsRepeated)}{' '}
              {texts.alreadyApplied} {whole(file.counts?.rowsAccepted ?? 0)} {texts.appliedNow}
            </p>
          )}
          <Kin file={file} />
          {tallyLines(file.treated).map(line => (
            <p key={line} className={classes.treated}>
              {line}
            </p>
          ))}
        </Panel>
        <Hold file={file} />
        <Missing file={file} />
        {file.rejectedByCode.some(one => one.waiting > 0 && NAMES.has(one.code)) && <UnknownNames fileId={file.id} mayDecide={mayDecide} />}
        <div className={classes.columns}>
          <Rejected file={file} mayDecide={mayDecide} />
          <Panel title={texts.story}>
            <ol className={classes.story}>
              {file.timeline.map(event => (
                <li key={event.event} data-event={event.event}>
                  <p>{withCounts(event.text)}</p>
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

/** What goes on has lasted so long; what is over was so long ago. */
function Since({ file: { state, changedAt } }: { file: FileDetail }) {
  if (!GOES_ON.has(state)) return <When at={changedAt} />
  return (
    <>
      {texts.forSoLong} <When at={changedAt} style="age" />
    </>
  )
}

const GOES_ON: ReadonlySet<string> = new Set(['receiving', 'interrupted', 'received', 'staged', 'held'])

/** Codes of rows that wait for somebody to say what a name means. */
const NAMES: ReadonlySet<string> = new Set(['ROW_PRODUCT_UNKNOWN', 'ROW_ID_TYPE_UNKNOWN', 'ROW_FACILITY_UNKNOWN'])

/** The file that it corrects or reads anew, and those that correct it or read it anew. */
function Kin({ file: { parent, children } }: { file: FileDetail }) {
  if (parent === null && children.length === 0) return null
  return (
    <ul className={classes.kin}>
      {parent && (
        <li>
          {parent.kind === 'correction' ? texts.bringsRowsHomeOf : texts.anotherReadingOf}{' '}
          <Link to={`/files/${parent.id}`}>{parent.name}</Link>
        </li>
      )}
      {children.map(child => (
        <li key={child.id}>
          {child.kind === 'correction' ? texts.correctedBy : texts.readAgainAs} <Link to={`/files/${child.id}`}>{child.name}</Link>{' '}
          <FileState state={child.state} />
        </li>
      ))}
    </ul>
  )
}

function Digest({ text }: { text: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? texts.copied : texts.copyTheSha256}>
          <UnstyledButton onClick={copy} className="mono" aria-label={texts.copyTheSha256}>
            {text.slice(0, 6)}…{text.slice(-6)}
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  )
}

/** A file of millions of rows is booked in parts, so that others need not wait for it. */
function Progress({ of: { booked, rows } }: { of: NonNullable<FileDetail['booking']> }) {
  const words = texts.ofBookedTheRestFollowsByItself(whole(booked), texts.rows(rows))
  return (
    <div className={classes.treated}>
      <MantineProgress value={rows === 0 ? 100 : (booked / rows) * 100} aria-label={words} />
      <p className="num">{words}</p>
    </div>
  )
}

/** What became of the rows, as one bar with its figures. */
export function FileCounts({ counts, file }: { counts: NonNullable<FileDetail['counts']>; file: FileDetail }) {
  const isBooked = file.timeline.some(event => event.event === 'booked')
  const taken = isBooked
    ? [
        { name: file.subject === 'schedule' ? texts.waitForTheirTime : texts.changedTheStock, rows: counts.rowsAccepted, tone: 'ok' },
        { name: texts.agreedWithIt, rows: counts.rowsUnchanged, tone: 'unknown' },
      ]
    : [{ name: texts.understoodAndNotApplied, rows: counts.rowsAccepted, tone: 'unknown' }]
  const parts = [
    ...taken,
    { name: texts.overtakenByNewerCounts, rows: counts.rowsOutdated, tone: 'waiting' },
    { name: texts.hadBeenAppliedBefore, rows: file.rowsRepeated, tone: 'quiet' },
    { name: 'parked', rows: file.rowsParked, tone: 'waiting' },
    { name: texts.leftOut, rows: file.rowsLeftOut, tone: 'quiet' },
    { name: 'rejected', rows: counts.rowsRejected, tone: 'stuck' },
  ]
  return (
    <div className={classes.counts}>
      <div className={classes.bar} aria-hidden>
        {parts.map(part => (part.rows > 0 ? <i key={part.name} data-tone={part.tone} style={{ flexGrow: part.rows }} /> : null))}
      </div>
      <ul>
        <li className="num">{texts.rows(counts.rowsRead)}</li>
        {parts
          .filter(part => part.rows > 0 || !['waiting', 'quiet'].includes(part.tone))
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
