import { Button, Group, Menu, TextInput } from '@mantine/core'
import { IconDownload, IconPencil } from '@tabler/icons-react'
import { useCallback, useState } from 'react'
import { Link } from 'react-router'
import { address } from '../api/client.ts'
import type { FileDetail } from '../api/queries.ts'
import { type RejectedPage, type RejectedRow, useRejected, useRetry } from '../api/rows.ts'
import { Export } from '../parts/export.tsx'
import { Chips, cell, Paged, Search, Table, useView } from '../parts/list.tsx'
import { Code, Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { whole, withCounts } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { files as texts } from '../texts/files.ts'
import classes from './file-rows.module.css'

/** What could not be taken of a file, and the ways back: mended here, in a spreadsheet, or by saying what a name means. */
export function Rejected({ file, mayDecide }: { file: FileDetail; mayDecide: boolean }) {
  const view = useView()
  const query = { code: view.get('code'), search: view.get('row'), state: view.get('rows'), page: view.page }
  const rows = useRejected(file.id, query)
  const toPage = useCallback((page: number) => view.set({ page: String(page) }), [view.set])
  const search = useCallback((row: string) => view.set({ row }), [view.set])
  const total = file.rejectedByCode.reduce((sum, one) => sum + one.rows, 0)
  const waiting = file.rejectedByCode.reduce((sum, one) => sum + one.waiting, 0)
  return (
    <Panel
      title={texts.rejectedRows}
      note={total === 0 ? whole(0) : texts.ofWait(whole(waiting), whole(total))}
      actions={waiting > 0 && <Downloads file={file} />}
      isFlush
    >
      {total > 0 && (
        <div className={cell.toolbar}>
          <Search label={texts.searchInRows} value={view.get('row') ?? ''} onChange={search} />
          <Chips
            label={texts.waitingOrHome}
            value={view.get('rows')}
            options={[
              { value: 'waiting', label: texts.wait, count: waiting },
              { value: 'home', label: texts.cameHome, count: total - waiting },
            ]}
            onChange={state => view.set({ rows: state })}
          />
          {file.rejectedByCode.length > 1 && (
            <Chips
              label={texts.code}
              value={view.get('code')}
              options={file.rejectedByCode.map(one => ({ value: one.code, label: one.code, count: one.rows }))}
              onChange={code => view.set({ code })}
            />
          )}
          <Export path={`/files/${file.id}/rows`} query={query} what={texts.rejectedRows} />
        </div>
      )}
      {total === 0 ? (
        <Empty title={file.counts ? texts.everyRowWasTaken : texts.noRowWasRead}>
          {file.counts ? texts.rowsThatCannotBeTakenStandHere : (withCounts(file.reason) ?? texts.rowsStandHereOnceTheFileWas)}
        </Empty>
      ) : (
        <Shown of={rows}>
          {page => (
            <Paged of={page} onPage={toPage} empty={<Empty title={texts.noSuchRow}>{texts.chooseAnotherCodeOrSearchFor}</Empty>}>
              <Rows page={page} fileId={file.id} mayDecide={mayDecide} />
            </Paged>
          )}
        </Shown>
      )}
    </Panel>
  )
}

function Downloads({ file }: { file: FileDetail }) {
  const link = (format: 'csv' | 'xlsx') => address(`/files/${file.id}/rows/export`, { format })
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={<IconDownload size={14} aria-hidden />}>
          {texts.downloadToMend}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={link('xlsx')} download>
          {texts.excelWorkbook}
        </Menu.Item>
        <Menu.Item component="a" href={link('csv')} download>
          {texts.csv}
        </Menu.Item>
        <Menu.Label>{texts.dropItBackAsItIsOnly}</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  )
}

function Rows({ page, fileId, mayDecide }: { page: RejectedPage; fileId: number; mayDecide: boolean }) {
  const [edited, setEdited] = useState<number | null>(null)
  return (
    <Table
      label={texts.rejectedRows}
      head={
        <tr>
          <th className={cell.right}>{texts.line}</th>
          <th className={cell.wide}>{texts.reasonAndRow}</th>
          <th>
            <span className="sr-only">{texts.whatToDo}</span>
          </th>
        </tr>
      }
    >
      {page.rows.map(row => (
        <tr key={row.line}>
          <td className={cell.right} title={texts.byte(row.byteOffset)}>
            {whole(row.line)}
          </td>
          <td>
            {row.reason} <Code code={row.code} />
            {edited === row.line ? (
              <Edit row={row} header={page.header} fileId={fileId} onDone={() => setEdited(null)} />
            ) : (
              <Raw row={row} header={page.header} />
            )}
          </td>
          <td className={cell.right}>
            {row.resolvedBy !== null ? (
              <Link to={`/files/${row.resolvedBy}`}>{texts.cameHome}</Link>
            ) : (
              mayDecide &&
              edited !== row.line && (
                <Button size="xs" variant="subtle" leftSection={<IconPencil size={14} aria-hidden />} onClick={() => setEdited(row.line)}>
                  {texts.mend}
                </Button>
              )
            )}
          </td>
        </tr>
      ))}
    </Table>
  )
}

/** The row as it stood, cell by cell, with what is wrong marked. */
function Raw({ row, header }: { row: RejectedRow; header: readonly string[] }) {
  if (row.cells === null) return <pre className={classes.raw}>{row.raw}</pre>
  return (
    <dl className={classes.cells}>
      {row.cells.map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other name, and do not move
        <div key={index} data-wrong={isWrong(row, text) || undefined}>
          <dt>{header[index] ?? texts.column(index + 1)}</dt>
          <dd>{text === '' ? <i>{texts.blank}</i> : text}</dd>
        </div>
      ))}
    </dl>
  )
}

/** A cell of which the reason speaks. */
function isWrong(row: RejectedRow, text: string): boolean {
  if (row.unknown !== null) return text.trim() === row.unknown.value
  if (row.code === 'ROW_FIELD_MISSING') return text.trim() === ''
  return text.trim() !== '' && row.reason.includes(`“${text.trim()}”`)
}

function Edit({ row, header, fileId, onDone }: { row: RejectedRow; header: readonly string[]; fileId: number; onDone: () => void }) {
  const names = header.length > 0 ? header : ['row']
  const [cells, setCells] = useState(names.map((_, index) => row.cells?.[index] ?? (index === 0 && row.cells === null ? row.raw : '')))
  const retry = useRetry(fileId)
  return (
    <form
      className={classes.edit}
      onSubmit={event => {
        event.preventDefault()
        retry.mutate([{ line: row.line, cells }], { onSuccess: onDone })
      }}
    >
      <div className={classes.inputs}>
        {names.map((name, index) => (
          <TextInput
            key={name}
            size="xs"
            label={name}
            value={cells[index] ?? ''}
            error={isWrong(row, cells[index] ?? '') && cells[index] === row.cells?.[index]}
            onChange={event => {
              const { value } = event.currentTarget
              setCells(before => before.map((cell, at) => (at === index ? value : cell)))
            }}
          />
        ))}
      </div>
      <Trouble error={retry.error} />
      <Group gap="xs">
        <Button type="submit" size="xs" loading={retry.isPending}>
          {texts.takeThisRow}
        </Button>
        <Button size="xs" variant="default" onClick={onDone}>
          {texts.cancel}
        </Button>
      </Group>
    </form>
  )
}
