import { Button } from '@mantine/core'
import { useCallback, useState } from 'react'
import { Link, useParams } from 'react-router'
import { useSession } from '../api/queries.ts'
import { type UploadDetail, type UploadVerb, useUpload, useUploadDeed, useUploadRows } from '../api/uploads.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { Back } from '../parts/back.tsx'
import { Export } from '../parts/export.tsx'
import { Chips, cell, Paged, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { whole, withCounts } from '../parts/number.ts'
import { Outside } from '../parts/outside.tsx'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { uploads as texts } from '../texts/uploads.ts'
import { OUTCOME, ours } from './upload-words.ts'

const DEEDS: Record<UploadVerb, { label: string; title: string; means: string; isFor(upload: UploadDetail): boolean }> = {
  ask: {
    label: texts.askShopifyAgain,
    title: texts.askShopifyAgain,
    means: texts.shopifyIsAskedAtOnceHowFar,
    isFor: upload => upload.state === 'running',
  },
  retry: {
    label: texts.retry,
    title: texts.retryWhatWasRefused,
    means: texts.eachRefusedLevelIsReadAndDecided,
    isFor: upload => upload.state === 'ended' && upload.byOutcome.some(each => each.outcome === 'refused'),
  },
  cancel: {
    label: texts.cancel,
    title: texts.cancelTheUpload,
    means: texts.whatShopifyHasDoneByThenStays,
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
      <Back to="/uploads">{texts.uploads}</Back>
      <Shown of={upload}>
        {one => (
          <>
            <PageHead
              title={texts.upload(one.uploadId)}
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
    <Panel title={texts.ours} actions={<State {...ours(upload)} />}>
      {upload.message && <p style={{ marginTop: 0 }}>{withCounts(upload.message)}</p>}
      <Facts
        facts={[
          [
            texts.shopifySays,
            <span key="status" className="mono">
              {upload.shopStatus ?? texts.notAskedYet}
            </span>,
          ],
          [texts.callsDoneThere, texts.ofWord(whole(upload.callsDone), whole(upload.calls))],
          [texts.levels, whole(upload.levels)],
          [texts.confirmed, whole(count('confirmed'))],
          [texts.refused, whole(count('refused'))],
          [texts.noAnswerYet, whole(count('unanswered'))],
          [texts.began, <When key="began" at={upload.createdAt} />],
          [texts.handedOver, <When key="started" at={upload.startedAt} />],
          [texts.lastAsked, <When key="looked" at={upload.lookedAt} />],
          [texts.ended, upload.endedAt === null ? texts.notYet : <When key="ended" at={upload.endedAt} />],
          upload.errorCode
            ? [
                texts.shopifysError,
                <span key="error" className="mono">
                  {upload.errorCode}
                </span>,
              ]
            : null,
          upload.cancelAskedBy ? [texts.cancelledBy, upload.cancelAskedBy] : null,
        ]}
      />
      {upload.operationGid && (
        <p className="mono" style={{ margin: '16px 0 0', overflowWrap: 'anywhere' }}>
          {upload.operationGid}
        </p>
      )}
      {upload.link !== null && (
        <p style={{ margin: '16px 0 0' }}>
          <Outside href={upload.link}>{texts.theAppsPageInShopify}</Outside>
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
    <Panel title={texts.rows} note={rows.data && totalOf(rows.data)} isFlush>
      <div className={cell.toolbar}>
        <Search label={texts.searchSkuOrLocation} value={view.get('search') ?? ''} onChange={search} />
        <Chips
          label={texts.answer}
          value={view.get('outcome')}
          options={kinds.map(value => ({
            value,
            label: OUTCOME[value].word,
            count: upload.byOutcome.filter(each => each.outcome === value).reduce((sum, each) => sum + each.levels, 0),
          }))}
          onChange={outcome => view.set({ outcome })}
        />
        <Export {...rows.asked} what={texts.rows} />
      </div>
      <Shown of={rows}>
        {page => (
          <Paged of={page} empty={<Empty title={texts.noRows}>{texts.nothingOfThisUploadFitsWhatYou}</Empty>}>
            <Table
              label={texts.rows}
              head={
                <tr>
                  <th>{texts.sku}</th>
                  <th className={cell.wide}>{texts.location}</th>
                  <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.from}</th>
                  <th className={cell.right}>{texts.to}</th>
                  <th>{texts.answer}</th>
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
                  <td>
                    {row.location} {row.link !== null && <Outside href={row.link}>{texts.inventoryHistoryInShopify}</Outside>}
                    <div className={`mono ${cell.dim} ${cell.narrowHidden}`}>{row.reference}</div>
                  </td>
                  <td className={`${cell.right} ${cell.narrowHidden}`}>{whole(row.fromUnits)}</td>
                  <td className={cell.right}>{whole(row.units)}</td>
                  <td>
                    <State {...OUTCOME[row.outcome]} isQuiet /> {row.code && <Code code={row.code} />}
                  </td>
                </tr>
              ))}
            </Table>
          </Paged>
        )}
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
      dismiss={verb === 'cancel' ? texts.letItRun : texts.cancel}
      onSay={reason => deed.mutate({ verb, reason }, { onSuccess: close })}
    >
      <p style={{ margin: 0 }}>{means}</p>
    </ReasonDialog>
  )
}
