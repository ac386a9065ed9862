import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useCallback } from 'react'
import { Link } from 'react-router'
import { type FileInList, useFeeds, useFiles } from '../api/queries.ts'
import { Columns, useHidden } from '../parts/columns.tsx'
import { Export } from '../parts/export.tsx'
import { Chips, cell, Paged, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { bytes, whole, withCounts } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { FileState, fileStateWord } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { instantOf } from '../parts/zone.ts'
import { files as texts } from '../texts/files.ts'
import { Upload } from './upload.tsx'

const STATES = ['received', 'held', 'applied', 'failed', 'interrupted', 'duplicate', 'stale', 'empty', 'undone']
const DAY_MS = 24 * 3_600 * 1_000

/** Every file that came, with what became of it. */
export function Files() {
  const view = useView()
  const files = useFiles({
    search: view.get('search'),
    state: view.get('state'),
    feed: view.get('feed'),
    rejected: view.get('rejected'),
    from: startOfDay(view.get('from'), 0),
    to: startOfDay(view.get('to'), 1),
    sort: view.get('sort'),
    page: view.page,
  })
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  const isFiltered = ['search', 'state', 'feed', 'rejected', 'from', 'to'].some(name => view.get(name) !== null)
  return (
    <Upload>
      {chooser => (
        <>
          <PageHead
            title={texts.files}
            note={files.data && totalOf(files.data)}
            lead={texts.whatYourErpSentAndWhatBecame}
            actions={
              <>
                {view.get('feed') && (
                  <Button component={Link} variant="default" to={`/feeds/${encodeURIComponent(view.get('feed') ?? '')}/mapping`}>
                    {texts.mappingOf} {view.get('feed')}
                  </Button>
                )}
                {chooser}
              </>
            }
          />
          <Panel isFlush>
            <div className={cell.toolbar}>
              <Search label={texts.searchByName} value={view.get('search') ?? ''} onChange={search} />
              <FeedChoice value={view.get('feed')} onChange={feed => view.set({ feed })} />
              <TextInput
                type="date"
                aria-label={texts.fromThisDay}
                leftSection={<span className={cell.dim}>{texts.from}</span>}
                leftSectionWidth={52}
                value={view.get('from') ?? ''}
                onChange={event => view.set({ from: event.currentTarget.value })}
              />
              <TextInput
                type="date"
                aria-label={texts.toThisDay}
                leftSection={<span className={cell.dim}>{texts.to}</span>}
                leftSectionWidth={34}
                value={view.get('to') ?? ''}
                onChange={event => view.set({ to: event.currentTarget.value })}
              />
              <NativeSelect
                aria-label={texts.order}
                value={view.get('sort') ?? 'newest'}
                onChange={event => view.set({ sort: event.currentTarget.value === 'newest' ? null : event.currentTarget.value })}
                data={[
                  { value: 'newest', label: texts.newestFirst },
                  { value: 'oldest', label: texts.oldestFirst },
                  { value: 'name', label: texts.byName },
                ]}
              />
              <Chips
                label={texts.state}
                value={view.get('state')}
                options={STATES.map(value => ({ value, label: fileStateWord(value) }))}
                onChange={state => view.set({ state })}
              />
              <Chips
                label={texts.rejectedRows}
                value={view.get('rejected')}
                options={[{ value: 'true', label: texts.withRejectedRows }]}
                onChange={rejected => view.set({ rejected })}
              />
              <Export {...files.asked} what={texts.files} />
              <Columns list="files" columns={COLUMNS} />
            </div>
            <Shown of={files}>
              {page => (
                <Paged
                  of={page}
                  empty={
                    isFiltered ? (
                      <Empty title={texts.noFileFits}>{texts.takeAFilterAwayToSeeMore}</Empty>
                    ) : (
                      <Empty title={texts.noFileCameYet}>{texts.dropOneOverSftpIntoAFeeds}</Empty>
                    )
                  }
                >
                  <List rows={page.rows} />
                </Paged>
              )}
            </Shown>
          </Panel>
        </>
      )}
    </Upload>
  )
}

const COLUMNS = {
  ...{ state: texts.state, rows: texts.rows2, rejected: texts.rejected, units: texts.units, size: texts.size, received: texts.received },
}

function List({ rows }: { rows: readonly FileInList[] }) {
  return (
    <Table
      label={texts.files}
      hidden={useHidden('files', COLUMNS)}
      head={
        <tr>
          <th className={cell.wide}>{texts.name}</th>
          <th className={cell.narrowHidden}>{texts.state}</th>
          <th className={cell.right}>{texts.rows2}</th>
          <th className={cell.right}>{texts.rejected}</th>
          <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.units}</th>
          <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.size}</th>
          <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.received}</th>
        </tr>
      }
    >
      {rows.map(file => (
        <tr key={file.id}>
          <td className={cell.main}>
            <Link to={`/files/${file.id}`} data-row>
              {file.name}
            </Link>
            <div className={cell.narrowOnly}>
              <FileState state={file.state} />
            </div>
            <div className={`${cell.dim} ${cell.clamped}`} title={withCounts(file.reason) ?? undefined}>
              {file.feed}
              {file.reason && ` · ${withCounts(file.reason)}`}
            </div>
          </td>
          <td className={cell.narrowHidden}>
            <FileState state={file.state} />
          </td>
          <td className={cell.right}>{whole(file.counts?.rowsRead ?? null)}</td>
          <td className={cell.right}>{whole(file.counts?.rowsRejected ?? null)}</td>
          <td className={`${cell.right} ${cell.narrowHidden}`}>{whole(file.counts?.unitsRead ?? null)}</td>
          <td className={`${cell.right} ${cell.narrowHidden}`}>{bytes(file.bytes)}</td>
          <td className={`${cell.right} ${cell.narrowHidden}`}>
            <When at={file.receivedAt ?? file.openedAt} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

function FeedChoice({ value, onChange }: { value: string | null; onChange: (feed: string | null) => void }) {
  const feeds = useFeeds()
  return (
    <NativeSelect
      aria-label={texts.feed}
      value={value ?? ''}
      onChange={event => onChange(event.currentTarget.value || null)}
      data={[{ value: '', label: texts.allFeeds }, ...(feeds.data?.rows ?? []).map(feed => ({ value: feed.name, label: feed.name }))]}
    />
  )
}

/** A day as the person reckons it, in their own zone. */
function startOfDay(day: string | null, daysLater: number): string | null {
  const written = day === null ? Number.NaN : Date.parse(`${day}T00:00Z`)
  if (Number.isNaN(written)) return null
  // By the calendar and not by hours: where the clocks are put back a day has 25.
  return instantOf(new Date(written + daysLater * DAY_MS).toISOString().slice(0, 10))
}
