import { Button } from '@mantine/core'
import { tallyLines } from '../../../src/import/tally.ts'
import { type Review, type Sample, type Trial, useReview } from '../api/mapping.ts'
import { cell, Table } from '../parts/list.tsx'
import { Code, Trouble } from '../parts/nothing.tsx'
import { many, whole } from '../parts/number.ts'
import { Facts, Panel } from '../parts/panel.tsx'
import classes from './feed-mapping.module.css'

/** What would become of every row of the sample. Nothing of it moves. */
export function MappingReview({ sample, trial }: { sample: Sample; trial: Trial }) {
  const review = useReview()
  return (
    <Panel
      title="All rows"
      actions={
        <Button size="xs" loading={review.isPending} onClick={() => review.mutate({ sample, asked: trial })}>
          Check every row
        </Button>
      }
    >
      <Trouble error={review.error} />
      {review.data === undefined ? (
        <p className={cell.dim}>Every row is judged as an import would judge it, the catalogue included. Nothing of it moves.</p>
      ) : (
        <Found review={review.data} />
      )}
    </Panel>
  )
}

function Found({ review }: { review: Review }) {
  if (review.problem !== null)
    return (
      <p role="alert" className={classes.problem}>
        {review.problem}
      </p>
    )
  return (
    <>
      <Facts
        facts={[
          ['Read', many(review.rowsRead, 'row', 'rows')],
          ['Would be taken', whole(review.rowsAccepted)],
          ['Would be refused', whole(review.rowsRejected)],
          ['Units', whole(review.unitsRead)],
        ]}
      />
      {tallyLines(review.treated).map(line => (
        <p key={line} className={cell.dim}>
          {line}
        </p>
      ))}
      {review.byCode.length > 0 && (
        <Table
          label="Why rows would be refused"
          head={
            <tr>
              <th>Why</th>
              <th className={cell.right}>Rows</th>
              <th>For example</th>
            </tr>
          }
        >
          {review.byCode.map(({ code, rows, examples }) => (
            <tr key={code}>
              <td>
                <Code code={code} />
              </td>
              <td className={cell.right}>{whole(rows)}</td>
              <td>
                {examples.map(example => (
                  <p key={example.line} className={classes.example}>
                    Line {example.line}: {example.reason} <span className="mono">{example.raw}</span>
                  </p>
                ))}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  )
}
