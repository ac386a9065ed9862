import { Button } from '@mantine/core'
import { useCallback, useState } from 'react'
import { Link, useParams } from 'react-router'
import { useSession } from '../api/queries.ts'
import { type UploadDetail, type UploadVerb, useUpload, useUploadDeed, useUploadRows } from '../api/uploads.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { Back } from '../parts/back.tsx'
import { Chips, cell, Pager, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { OUTCOME, ours } from './upload-words.ts'

const DEEDS: Record<UploadVerb, { label: string; title: string; means: string; isFor(upload: UploadDetail): boolean }> = {
  ask: {
    label: 'Ask Shopify again',
    title: 'Ask Shopify again',
    means: 'Shopify is asked at once how far it is, instead of in its turn.',
    isFor: upload => upload.state === 'running',
  },
  retry: {
    label: 'Retry',
    title: 'Retry what was refused',
    means: 'Each refused level is read and decided anew, and told again: never the number that was refused.',
    isFor: upload => upload.state === 'ended' && upload.byOutcome.some(each => each.outcome === 'refused'),
  },
  cancel: {
    label: 'Cancel',
    title: 'Cancel the upload',
    means: 'What Shopify has done by then stays done. The rest is told call by call.',
    isFor: upload => upload.state !== 'ended',
  },
}

/** One upload: how far it is, what Shopify says, and the answer to each of its rows. */
export function ShopUpload() {
  const { uploadId = '' } = useParams()
  const upload = useUpload(uploadId)
  const session = useSession()
  const [verb, setVerb] = useState<UploadVerb | null>(null)
  return (
    <>
      <Back to="/uploads">Uploads</Back>
      <Shown of={upload}>
        {one => (
          <>
            <PageHead
              title={`Upload ${one.uploadId}`}
              lead={one.shop}
              actions={
                session.data?.role !== 'viewer' &&
                (Object.keys(DEEDS) as UploadVerb[])
                  .filter(each => DEEDS[each].isFor(one))
                  .map(each => (
                    <Button key={each} size="sm" variant="default" onClick={() => setVerb(each)}>
                      {DEEDS[each].label}
                    </Button>
                  ))
              }
            />
            <div style={{ display: 'grid', gap: 16 }}>
              <Progress upload={one} />
              <Rows upload={one} />
            </div>
            {verb !== null && <DeedDialog upload={one} verb={verb} close={() => setVerb(null)} />}
          </>
        )}
      </Shown>
    </>
  )
}

function Progress({ upload }: { upload: UploadDetail }) {
  const count = (outcome: string) => upload.byOutcome.filter(each => each.outcome === outcome).reduce((sum, each) => sum + each.levels, 0)
  return (
    <Panel title="Ours" actions={<State {...ours(upload)} />}>
      {upload.message && <p style={{ marginTop: 0 }}>{upload.message}</p>}
      <Facts
        facts={[
          [
            'Shopify says',
            <span key="status" className="mono">
              {upload.shopStatus ?? 'not asked yet'}
            </span>,
          ],
          ['Calls done there', `${whole(upload.callsDone)} of ${whole(upload.calls)}`],
          ['Levels', whole(upload.levels)],
          ['Confirmed', whole(count('confirmed'))],
          ['Refused', whole(count('refused'))],
          ['No answer yet', whole(count('unanswered'))],
          ['Began', <When key="began" at={upload.createdAt} />],
          ['Handed over', <When key="started" at={upload.startedAt} />],
          ['Last asked', <When key="looked" at={upload.lookedAt} />],
          ['Ended', upload.endedAt === null ? 'not yet' : <When key="ended" at={upload.endedAt} />],
          upload.errorCode
            ? [
                'Shopify’s error',
                <span key="error" className="mono">
                  {upload.errorCode}
                </span>,
              ]
            : null,
          upload.cancelAskedBy ? ['Cancelled by', upload.cancelAskedBy] : null,
        ]}
      />
      {upload.operationGid && (
        <p className="mono" style={{ margin: '16px 0 0', overflowWrap: 'anywhere' }}>
          {upload.operationGid}
        </p>
      )}
    </Panel>
  )
}

function Rows({ upload }: { upload: UploadDetail }) {
  const view = useView()
  const rows = useUploadRows(String(upload.uploadId), { outcome: view.get('outcome'), search: view.get('search'), page: view.page })
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  const kinds = [...new Set(upload.byOutcome.map(each => each.outcome))]
  return (
    <Panel title="Rows" note={rows.data && totalOf(rows.data)} isFlush>
      <div className={cell.toolbar}>
        <Search label="Search SKU or location" value={view.get('search') ?? ''} onChange={search} />
        <Chips
          label="Answer"
          value={view.get('outcome')}
          options={kinds.map(value => ({
            value,
            label: OUTCOME[value].word,
            count: upload.byOutcome.filter(each => each.outcome === value).reduce((sum, each) => sum + each.levels, 0),
          }))}
          onChange={outcome => view.set({ outcome })}
        />
      </div>
      <Shown of={rows}>
        {page =>
          page.rows.length === 0 ? (
            <Empty title="No rows">Nothing of this upload fits what you chose.</Empty>
          ) : (
            <>
              <Table
                label="Rows"
                head={
                  <tr>
                    <th>SKU</th>
                    <th className={cell.wide}>Location</th>
                    <th className={`${cell.right} ${cell.narrowHidden}`}>From</th>
                    <th className={cell.right}>To</th>
                    <th>Answer</th>
                  </tr>
                }
              >
                {page.rows.map(row => (
                  <tr key={`${row.location} ${row.sku}`}>
                    <td className={`mono ${cell.nowrap}`}>
                      <Link to={`/stock/${encodeURIComponent(row.sku)}`} data-row>
                        {row.sku}
                      </Link>
                    </td>
                    <td>{row.location}</td>
                    <td className={`${cell.right} ${cell.narrowHidden}`}>{whole(row.fromUnits)}</td>
                    <td className={cell.right}>{whole(row.units)}</td>
                    <td>
                      <State {...OUTCOME[row.outcome]} isQuiet /> {row.code && <Code code={row.code} />}
                    </td>
                  </tr>
                ))}
              </Table>
              <Pager of={page} onPage={to => view.set({ page: String(to) })} />
            </>
          )
        }
      </Shown>
    </Panel>
  )
}

function DeedDialog({ upload, verb, close }: { upload: UploadDetail; verb: UploadVerb; close: () => void }) {
  const deed = useUploadDeed(upload.uploadId)
  const { title, means } = DEEDS[verb]
  return (
    <ReasonDialog
      {...{ title, deed, close }}
      confirm={title}
      dismiss={verb === 'cancel' ? 'Let it run' : 'Cancel'}
      onSay={reason => deed.mutate({ verb, reason }, { onSuccess: close })}
    >
      <p style={{ margin: 0 }}>{means}</p>
    </ReasonDialog>
  )
}
