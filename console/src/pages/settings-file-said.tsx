import { Anchor, Button } from '@mantine/core'
import { Fragment } from 'react'
import { Link } from 'react-router'
import type { ConfigurationSaid } from '../api/settings.ts'
import { cell, Table } from '../parts/list.tsx'
import { Code, Empty, Trouble } from '../parts/nothing.tsx'
import { withCounts } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { configuration as texts } from '../texts/configuration.ts'
import classes from './settings.module.css'
import type { Issue } from './settings-file.tsx'

/** What a file would change, thing by thing and field by field, with the one button that makes it so. */
export function Differences({
  said,
  isCurrent,
  deed,
  apply,
}: {
  said: ConfigurationSaid
  /** Whether it is of the file that stands in the field now. */
  isCurrent: boolean
  deed: { isPending: boolean; error: Error | null }
  apply: () => void
}) {
  const count = said.differences.length
  return (
    <Panel
      title={texts.wouldChange}
      note={count > 0 && texts.things(count)}
      actions={
        count > 0 && (
          <>
            {!isCurrent && <span className={cell.dim}>{texts.edited}</span>}
            <Button size="xs" onClick={apply} loading={deed.isPending} disabled={!isCurrent}>
              {texts.applyThem(count)}
            </Button>
          </>
        )
      }
      isFlush
    >
      <Trouble error={deed.error} />
      {count === 0 ? <Empty title={texts.nothingDiffers}>{texts.nothingDiffersNote}</Empty> : <DifferenceRows said={said} words={WOULD} />}
      <Beside said={said} />
    </Panel>
  )
}

/** What was changed, where one reads who did it. */
export function Applied({ said }: { said: ConfigurationSaid }) {
  return (
    <Panel
      title={texts.changed}
      actions={
        <Anchor component={Link} to="/audit?subject=house&name=configuration">
          {texts.seeTheLog}
        </Anchor>
      }
      isFlush
    >
      <p style={{ margin: 0, padding: '12px 16px' }} role="status">
        {texts.applied(said.differences.length)}
      </p>
      <DifferenceRows said={said} words={DONE} />
      <Beside said={said} />
    </Panel>
  )
}

const WOULD = { add: texts.add, change: texts.changeWord, end: texts.end }
const DONE = { add: texts.added, change: texts.changedWord, end: texts.ended }
const TONES = { add: 'ok', change: 'working', end: 'stopped' } as const

function DifferenceRows({ said, words }: { said: ConfigurationSaid; words: Readonly<Record<keyof typeof WOULD, string>> }) {
  return (
    <Table
      label={texts.wouldChange}
      head={
        <tr>
          <th>{texts.what}</th>
          <th>{texts.field}</th>
          <th className={cell.narrowHidden}>{texts.before}</th>
          <th className={cell.wide}>{texts.after}</th>
        </tr>
      }
    >
      {said.differences.map(({ section, name, kind, fields }) => (
        <Fragment key={`${section} ${name}`}>
          <tr>
            <td colSpan={4}>
              <State tone={TONES[kind]} word={words[kind]} isQuiet /> {texts.sections[section] ?? section} <b>{name}</b>{' '}
              <span className={cell.dim}>{texts.fields(fields.length)}</span>
            </td>
          </tr>
          {fields.map(({ field, before, after }) => (
            <tr key={field} className={classes.fieldRow}>
              <td />
              <td className="mono">{field}</td>
              <td className={`${classes.was} mono ${cell.narrowHidden}`}>{kind === 'add' ? '' : shown(before)}</td>
              <td className={`${classes.is} mono`}>{shown(after)}</td>
            </tr>
          ))}
        </Fragment>
      ))}
    </Table>
  )
}

const SHOWN_CHARS_MAX = 400

function shown(value: unknown): string {
  if (value === null || value === undefined) return texts.empty
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text
}

/** What one has to know before, and what is none of the file's. */
function Beside({ said: { warnings, notNamed } }: { said: ConfigurationSaid }) {
  if (warnings.length === 0 && notNamed.length === 0) return null
  return (
    <div style={{ display: 'grid', gap: 12, padding: '12px 16px' }}>
      {warnings.length > 0 && (
        <div>
          <State tone="stuck" word={texts.warnings} isQuiet />
          <ul className={classes.notes}>
            {warnings.map(warning => (
              <li key={warning}>{withCounts(warning)}</li>
            ))}
          </ul>
        </div>
      )}
      {notNamed.length > 0 && (
        <details>
          <summary>{texts.stays(notNamed.length)}</summary>
          <ul className={classes.names}>
            {notNamed.map(({ section, name }) => (
              <li key={`${section} ${name}`}>
                {texts.sections[section] ?? section} {name}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}

/** Every place of the file that does not fit; each leads to its line in the field. */
export function Refused({ issues, goTo }: { issues: readonly Issue[]; goTo: (line: number) => void }) {
  return (
    <Panel title={texts.refused(issues.length)} isFlush>
      <div role="alert">
        <Table
          label={texts.refused(issues.length)}
          head={
            <tr>
              <th>{texts.where}</th>
              <th className={cell.wide}>{texts.why}</th>
            </tr>
          }
        >
          {issues.map(({ at, message, code, hint }) => {
            const line = Number(/^line (\d+)/.exec(at)?.[1] ?? 0)
            return (
              <tr key={`${at} ${message}`}>
                <td className={cell.main}>
                  {line > 0 ? (
                    <Anchor component="button" type="button" ta="left" aria-label={texts.goThere(at)} onClick={() => goTo(line)}>
                      {at}
                    </Anchor>
                  ) : (
                    at
                  )}
                </td>
                <td>
                  {withCounts(message)} {hint && withCounts(hint)} {code && <Code code={code} />}
                </td>
              </tr>
            )
          })}
        </Table>
      </div>
    </Panel>
  )
}
