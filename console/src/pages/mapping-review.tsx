import { Button } from '@mantine/core'
import { tallyLines } from '../../../src/import/tally.ts'
import { type Review, type Sample, type Trial, useReview } from '../api/mapping.ts'
import { cell, Table } from '../parts/list.tsx'
import { Code, Trouble } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Facts, Panel } from '../parts/panel.tsx'
import { mapping as texts } from '../texts/mapping.ts'
import classes from './feed-mapping.module.css'

/** What would become of every row of the sample. Nothing of it moves. */
export function MappingReview({ sample, trial }: { sample: Sample; trial: Trial }) {
  const review = useReview()
  return (
    <Panel
      title={texts.allRows}
      actions={
        <Button size="xs" loading={review.isPending} onClick={() => review.mutate({ sample, asked: trial })}>
          {texts.checkEveryRow}
        </Button>
      }
    >
      <Trouble error={review.error} />
      {review.data === undefined ? <p className={cell.dim}>{texts.everyRowIsJudgedAsAnImport}</p> : <Found review={review.data} />}
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
          [texts.read2, texts.rows(review.rowsRead)],
          [texts.wouldBeTaken, whole(review.rowsAccepted)],
          [texts.wouldBeRefused, whole(review.rowsRejected)],
          [texts.units, whole(review.unitsRead)],
        ]}
      />
      {tallyLines(review.treated).map(line => (
        <p key={line} className={cell.dim}>
          {line}
        </p>
      ))}
      {review.byCode.length > 0 && (
        <Table
          label={texts.whyRowsWouldBeRefused}
          head={
            <tr>
              <th>{texts.why}</th>
              <th className={cell.right}>{texts.rows2}</th>
              <th>{texts.forExample}</th>
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
                    {texts.line} {example.line}: {example.reason} <span className="mono">{example.raw}</span>
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
