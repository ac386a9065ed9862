import { Button, Textarea } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { useSession } from '../api/queries.ts'
import { type ShadowPage, type ShopDetail, useCompare, useGoLive, useSetShadow, useShadow } from '../api/shops.ts'
import { cell, Table } from '../parts/list.tsx'
import { Empty, Shown, SkeletonRows, Trouble } from '../parts/nothing.tsx'
import { whole, withCounts } from '../parts/number.ts'
import { Facts, Panel } from '../parts/panel.tsx'
import { When } from '../parts/when.tsx'
import { goingLive as texts } from '../texts/first-steps.ts'
import classes from './first-steps.module.css'

const LARGEST_SHOWN = 20

/** What the shop shows beside what it will show, and the one button. Nothing goes live without it. */
export function GoingLive({ shop, onLive }: { shop: ShopDetail; onLive?: () => void }) {
  const shadow = useShadow(shop.code, { pageSize: LARGEST_SHOWN })
  const compare = useCompare(shop.code)
  const turn = useSetShadow(shop.code)
  const newest = shadow.data?.runs[0]
  const askedAt = compare.data?.askedAt ?? null
  const isComparing =
    newest?.finishedAt === null || (askedAt !== null && (newest === undefined || Date.parse(newest.startedAt) < Date.parse(askedAt)))
  const start = () => (shop.isShadow ? compare.mutate() : turn.mutate({ isShadow: true }))
  return (
    <Panel
      title={texts.title}
      actions={
        <Button
          size="xs"
          variant={newest ? 'default' : 'filled'}
          loading={compare.isPending || turn.isPending || isComparing}
          onClick={start}
        >
          {shop.isShadow ? (newest ? texts.compareAgain : texts.compare) : texts.startShadow}
        </Button>
      }
      isFlush
    >
      <Trouble error={compare.error ?? turn.error} />
      <Shown of={shadow}>
        {page =>
          isComparing ? (
            <div role="status" className={classes.waits}>
              <p>{texts.comparing}</p>
              <SkeletonRows rows={4} />
            </div>
          ) : newest === undefined ? (
            <Empty title={texts.notYet}>{texts.notYetText}</Empty>
          ) : (
            <Compared shop={shop} page={page} newest={newest} {...(onLive ? { onLive } : {})} />
          )
        }
      </Shown>
    </Panel>
  )
}

type Run = ShadowPage['runs'][number]

function Compared({ shop, page, newest, onLive }: { shop: ShopDetail; page: ShadowPage; newest: Run; onLive?: () => void }) {
  if (newest.levels === 0) return <Empty title={texts.nothingPromised}>{texts.nothingPromisedText}</Empty>
  return (
    <>
      <div className={classes.facts}>
        <Facts
          facts={[
            [texts.facts.levels, whole(newest.levels)],
            [texts.facts.different, whole(newest.different)],
            [texts.facts.units, whole(newest.units)],
            [texts.facts.compared, <When key="at" at={newest.finishedAt} />],
          ]}
        />
      </div>
      {newest.different === 0 ? <p className={classes.said}>{texts.allEqual}.</p> : <Largest shop={shop} page={page} />}
      <Press shop={shop} newest={newest} {...(onLive ? { onLive } : {})} />
    </>
  )
}

function Largest({ shop, page }: { shop: ShopDetail; page: ShadowPage }) {
  return (
    <>
      <Table
        label={texts.title}
        head={
          <tr>
            <th className={cell.main}>{texts.sku}</th>
            <th className={cell.right}>{texts.shows}</th>
            <th className={cell.right}>{texts.willShow}</th>
            <th className={`${cell.wide} ${cell.narrowHidden}`}>{texts.why}</th>
          </tr>
        }
      >
        {page.rows.map(row => (
          <tr key={`${row.sku} ${row.location}`}>
            <td className={cell.main}>
              {row.sku}
              <div className={cell.dim}>{row.location}</div>
            </td>
            <td className={`num ${cell.right}`}>{whole(row.theirUnits)}</td>
            <td className={`num ${cell.right}`}>{whole(row.ourUnits)}</td>
            <td className={`${cell.dim} ${cell.narrowHidden}`}>{withCounts(row.sentence)}</td>
          </tr>
        ))}
      </Table>
      {page.rows.length < page.total && (
        <p className={classes.said}>
          {texts.largest(page.rows.length, page.total)} ·{' '}
          <Link to={`/shops/${encodeURIComponent(shop.code)}/shadow?run=${page.runId}`}>{texts.all}</Link>
        </p>
      )}
    </>
  )
}

function Press({ shop, newest, onLive }: { shop: ShopDetail; newest: Run; onLive?: () => void }) {
  const session = useSession()
  const live = useGoLive(shop.code)
  const [reason, setReason] = useState('')
  if (session.data?.role !== 'admin') return <p className={classes.said}>{texts.onlyAdmins}</p>
  const because = reason.trim() === '' ? {} : { reason: reason.trim() }
  return (
    <div className={classes.press}>
      <Textarea
        label={texts.reason}
        description={texts.reasonNote}
        autosize
        minRows={1}
        value={reason}
        onChange={event => setReason(event.currentTarget.value)}
      />
      <Trouble error={live.error} />
      <Button
        loading={live.isPending}
        onClick={() => live.mutate({ runId: newest.runId, ...because }, onLive ? { onSuccess: onLive } : {})}
      >
        {texts.goLive(newest.different)}
      </Button>
    </div>
  )
}
