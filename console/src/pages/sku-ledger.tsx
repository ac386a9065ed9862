import { Button, NativeSelect } from '@mantine/core'
import { IconArrowBackUp, IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { type Movement, movementsFile, useMovements, useTakeBack } from '../api/ledger.ts'
import { type StockOfSku, useSession } from '../api/queries.ts'
import { AskWhy } from '../parts/ask.tsx'
import { cell, Table, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { signed, whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { When } from '../parts/when.tsx'
import { stock as texts } from '../texts/stock.ts'
import classes from './sku.module.css'

const MOVEMENTS_FIRST = 20
const MOVEMENTS_MAX = 200
/** Booked within a minute of its moment is booked at its moment, for a person. */
const AS_OF_SHOWN_MS_MIN = 60_000

/** The ledger of a SKU: what moved, what was there before and after, why, and who said so. */
export function Movements({ stock }: { stock: StockOfSku }) {
  const view = useView()
  const [limit, setLimit] = useState(MOVEMENTS_FIRST)
  const before = view.get('before')
  const facility = view.get('facility')
  const movements = useMovements(stock.sku, { limit, facility, before })
  return (
    <Panel
      title={texts.ledger}
      isFlush
      actions={
        <Button
          component="a"
          href={movementsFile(stock.sku)}
          download
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} aria-hidden />}
        >
          {texts.export}
        </Button>
      }
    >
      {stock.facilities.length > 1 && (
        <div className={cell.toolbar}>
          <NativeSelect
            aria-label={texts.facility}
            value={facility ?? ''}
            onChange={event => view.set({ facility: event.currentTarget.value || null, before: null })}
            data={[{ value: '', label: texts.allFacilities }, ...stock.facilities.map(one => ({ value: one.code, label: one.facility }))]}
          />
        </div>
      )}
      <Shown of={movements}>
        {({ rows, isMore }) =>
          rows.length === 0 ? (
            <Empty title={texts.nothingMovedYet}>{texts.countsVariancesAndOrdersStandHere}</Empty>
          ) : (
            <>
              <Table
                label={texts.ledger}
                head={
                  <tr>
                    <th className={cell.narrowHidden}>{texts.when}</th>
                    <th className={cell.wide}>{texts.whereAndWhy}</th>
                    <th className={cell.right}>{texts.onHand}</th>
                    <th className={cell.right}>{texts.reserved}</th>
                  </tr>
                }
              >
                {rows.map(row => (
                  <Row key={row.seq} of={row} />
                ))}
              </Table>
              <div className={classes.more}>
                {before !== null && (
                  <Button variant="subtle" size="xs" onClick={() => view.set({ before: null })}>
                    {texts.newest}
                  </Button>
                )}
                {isMore && limit < MOVEMENTS_MAX && (
                  <Button variant="subtle" size="xs" onClick={() => setLimit(MOVEMENTS_MAX)} loading={movements.isFetching}>
                    {texts.showUpTo} {MOVEMENTS_MAX}
                  </Button>
                )}
                {isMore && limit === MOVEMENTS_MAX && (
                  <Button variant="subtle" size="xs" onClick={() => view.set({ before: String(rows.at(-1)?.seq ?? '') })}>
                    {texts.older}
                  </Button>
                )}
              </div>
            </>
          )
        }
      </Shown>
    </Panel>
  )
}

function Row({ of: row }: { of: Movement }) {
  return (
    <tr>
      <td className={`${cell.nowrap} ${cell.narrowHidden}`}>
        <When at={row.recordedAt} />
        {Math.abs(Date.parse(row.effectiveAt) - Date.parse(row.recordedAt)) >= AS_OF_SHOWN_MS_MIN && (
          <div className={cell.dim}>
            {texts.asOf} <When at={row.effectiveAt} />
          </div>
        )}
      </td>
      <td>
        {row.facility}
        {row.bin !== null && (
          <span className={cell.dim}>
            {' '}
            {texts.bin} {row.bin}
          </span>
        )}
        <div className={cell.narrowOnly}>
          <When at={row.recordedAt} />
        </div>
        <Cause of={row} />
      </td>
      <td className={cell.right}>
        <Change moved={row.onHandUnits} after={row.onHandAfterUnits} />
      </td>
      <td className={cell.right}>
        <Change moved={row.reservedUnits} after={row.reservedAfterUnits} />
      </td>
    </tr>
  )
}

function Change({ moved, after }: { moved: number; after: number }) {
  if (moved === 0) return <span className={cell.dim}>{whole(after)}</span>
  return (
    <>
      <div>{signed(moved)}</div>
      <div className={`${cell.dim} ${cell.nowrap}`}>
        {whole(after - moved)} → {whole(after)}
      </div>
    </>
  )
}

/** Why something moved: what kind of word it was, whose, and where it stands. */
function Cause({ of: row }: { of: Movement }) {
  return (
    <>
      <div>{row.reasonLabel ?? row.reason}</div>
      {row.file && (
        <div className={cell.dim}>
          <Link to={`/files/${row.file.id}`}>{row.file.name}</Link>
          {row.file.line !== null && texts.line(whole(row.file.line))}
        </div>
      )}
      {row.reference && <div className={`${cell.dim} mono`}>{row.reference.replace('gid://shopify/', '')}</div>}
      {row.documentId !== null && (
        <div className={cell.dim}>
          {row.who}
          {row.comment && `: “${row.comment}”`} <TakeBack documentId={row.documentId} row={row} />
        </div>
      )}
    </>
  )
}

function TakeBack({ documentId, row }: { documentId: number; row: Movement }) {
  const session = useSession()
  const deed = useTakeBack(documentId)
  if (
    session.data?.role === 'viewer' ||
    row.isTakenBack ||
    row.onHandUnits === 0 ||
    row.reason === 'REVERSED' ||
    row.reason === 'LEDGER_REPAIR'
  )
    return null
  return (
    <AskWhy
      label={texts.takeBack}
      title={texts.takeBackDocument(documentId)}
      confirm={texts.takeItBack}
      tone="default"
      icon={<IconArrowBackUp size={14} aria-hidden />}
      deed={deed}
    >
      <p className={cell.dim}>{texts.everyLineOfTheDocumentGetsA}</p>
    </AskWhy>
  )
}
