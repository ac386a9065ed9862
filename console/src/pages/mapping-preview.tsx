import type { Preview, usePreview } from '../api/mapping.ts'
import { cell, Table } from '../parts/list.tsx'
import { Code, Empty, Shown } from '../parts/nothing.tsx'
import { Panel } from '../parts/panel.tsx'
import { mapping as texts } from '../texts/mapping.ts'
import classes from './feed-mapping.module.css'

/** The first rows of the sample: as they stand, and in the columns of the layout. */
export function MappingPreview({ preview }: { preview: ReturnType<typeof usePreview> }) {
  return (
    <Panel title={texts.firstRows} note={preview.isFetching ? texts.beingRead : undefined} isFlush>
      <Shown of={preview}>{shown => <Rows shown={shown} />}</Shown>
    </Panel>
  )
}

const COLUMNS_MAX = 12

function Rows({ shown }: { shown: Preview }) {
  const columns = (shown.columns ?? shown.header ?? []).slice(0, COLUMNS_MAX)
  return (
    <>
      {shown.problem !== null && (
        <p role="alert" className={classes.problem}>
          {shown.problem}
        </p>
      )}
      {shown.rows.length === 0 ? (
        <Empty title={texts.theFileHasNoRows}>{texts.thereIsNothingToTryTheMapping}</Empty>
      ) : (
        <Table
          label={texts.theFirstRowsOfTheSampleAs}
          head={
            <tr>
              <th className={cell.right}>{texts.line}</th>
              {columns.map((name, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name
                <th key={i}>{name}</th>
              ))}
              <th>{texts.outcome}</th>
            </tr>
          }
        >
          {shown.rows.flatMap(row =>
            row.isLeftOut || row.outcomes.length === 0
              ? [<Row key={row.line} line={row.line} cells={row.cells} columns={columns.length} isLeftOut={row.isLeftOut} />]
              : row.outcomes.map((outcome, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a line may become several rows
                  <Row key={`${row.line} ${i + 1}`} line={row.line} cells={outcome.cells} columns={columns.length} fault={outcome} />
                )),
          )}
        </Table>
      )}
    </>
  )
}

function Row({
  line,
  cells,
  columns,
  isLeftOut = false,
  fault,
}: {
  line: number
  cells: string[]
  columns: number
  isLeftOut?: boolean
  fault?: Preview['rows'][number]['outcomes'][number]
}) {
  return (
    <tr data-left-out={isLeftOut || undefined} className={classes.row}>
      <td className={cell.right}>{line}</td>
      {Array.from({ length: columns }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cells have no name but their place
        <td key={i} className={classes.cell}>
          {cells[i] ?? ''}
        </td>
      ))}
      <td>
        {isLeftOut ? (
          <span className={cell.dim}>{texts.leftOut}</span>
        ) : fault?.code ? (
          <>
            <Code code={fault.code} /> <span className={classes.reason}>{fault.reason}</span>
          </>
        ) : fault ? (
          texts.read
        ) : (
          <span className={cell.dim}>{texts.asItStands}</span>
        )}
      </td>
    </tr>
  )
}
