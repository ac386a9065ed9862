import { Button, NativeSelect, NumberInput } from '@mantine/core'
import { useState } from 'react'
import { useParams } from 'react-router'
import { type FeedGuards, type FeedSettings, type GuardLimits, useFeedGuards, useFeedSettings, useSettingsChange } from '../api/belief.ts'
import { useSession } from '../api/queries.ts'
import { AskWhy } from '../parts/ask.tsx'
import { Back } from '../parts/back.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { many, whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import classes from './feed-guards.module.css'
import { FeedSays } from './feed-says.tsx'

/** How far the files of a feed are believed: limits, with what the last good files propose, and what missing rows mean. */
export function FeedGuardsPage() {
  const { name = '' } = useParams()
  const guards = useFeedGuards(name)
  const settings = useFeedSettings(name)
  return (
    <>
      <Back to={`/files?feed=${encodeURIComponent(name)}`}>Files of {name}</Back>
      <PageHead
        title={`Guards of ${name}`}
        lead="Outside of these limits a file is held before anything of it moves, and a person decides. Below: what its files say besides their rows."
      />
      <Shown of={guards}>
        {found => <Shown of={settings}>{declared => <Found guards={found} declared={declared} key={JSON.stringify(declared)} />}</Shown>}
      </Shown>
    </>
  )
}

const GUARDS: readonly { key: keyof GuardLimits; label: string; unit: string }[] = [
  { key: 'rowsPercent', label: 'Rows differ from the usual by more than', unit: '%' },
  { key: 'unitsPercent', label: 'Units differ from the usual by more than', unit: '%' },
  { key: 'zeroPercent', label: 'Share of rows that say 0 is above', unit: '%' },
  { key: 'facilitiesMissing', label: 'Facilities of the last good file that are missing: more than', unit: '' },
  { key: 'changedPercent', label: 'Share of positions that would change is above', unit: '%' },
  { key: 'largestChangeUnits', label: 'One position would change by more than', unit: 'units' },
  { key: 'rejectedPercent', label: 'Share of rejected rows is above', unit: '%' },
]

type Belief = NonNullable<FeedSettings['settings']['belief']>

function Found({ guards, declared }: { guards: FeedGuards; declared: FeedSettings }) {
  const [belief, setBelief] = useState<Belief>(declared.settings.belief ?? {})
  const session = useSession()
  const save = useSettingsChange(guards.feed)
  const limits = belief.guards ?? {}
  const set = (key: keyof GuardLimits, value: number | null) => {
    const { [key]: _, ...others } = limits
    setBelief({ ...belief, guards: value === null ? others : { ...others, [key]: value } })
  }
  const isAdmin = session.data?.role === 'admin'
  const deed = {
    ...{ isPending: save.isPending, error: save.error, reset: save.reset },
    mutate: (reason: string, options: { onSuccess: () => void }) => save.mutate({ settings: { belief }, reason }, options),
  }
  return (
    <div className={classes.page}>
      <Panel
        title="Limits"
        note={guards.proposal === null ? `proposed after ${many(guards.goodNeeded, 'good file', 'good files')}` : undefined}
        actions={
          guards.proposal !== null && (
            <Button variant="default" size="xs" onClick={() => setBelief({ ...belief, guards: guards.proposal ?? {} })}>
              Take all that is proposed
            </Button>
          )
        }
      >
        <div className={classes.limits}>
          {GUARDS.map(({ key, label, unit }) => (
            <NumberInput
              key={key}
              label={label}
              description={
                guards.proposal === null
                  ? 'Off where it is left blank.'
                  : `Proposed: ${whole(guards.proposal[key] ?? null)} ${unit}. Off where it is left blank.`
              }
              placeholder="off"
              min={0}
              {...(unit === '' ? {} : { suffix: ` ${unit}` })}
              value={limits[key] ?? ''}
              onChange={value => set(key, typeof value === 'number' ? value : value === '' ? null : Number(value))}
            />
          ))}
          <NativeSelect
            label="A held file is released by"
            value={belief.releasedBy ?? 'one'}
            data={[
              { value: 'one', label: 'one person' },
              { value: 'two', label: 'two people' },
            ]}
            onChange={event => setBelief({ ...belief, releasedBy: event.currentTarget.value === 'two' ? 'two' : 'one' })}
          />
          <NativeSelect
            label="A position that the last snapshot had and this one has not"
            description="Facilities of which a file says nothing at all are never touched."
            value={belief.missingRows ?? 'keep'}
            data={[
              { value: 'keep', label: 'keeps its units' },
              { value: 'list', label: 'keeps its units and is listed' },
              { value: 'zero', label: 'is set to nothing, once a person has seen how many' },
            ]}
            onChange={event => setBelief({ ...belief, missingRows: event.currentTarget.value as NonNullable<Belief['missingRows']> })}
          />
          {belief.missingRows === 'zero' && (
            <NumberInput
              label="Set to nothing without asking up to"
              suffix=" %"
              min={0}
              max={100}
              value={belief.missingPercent ?? 0}
              onChange={value => setBelief({ ...belief, missingPercent: Number(value) })}
            />
          )}
        </div>
        {isAdmin ? (
          <AskWhy label="Save" title={`Change the guards of ${guards.feed}`} confirm="Save" deed={deed}>
            <p>They hold for files that come from now on.</p>
          </AskWhy>
        ) : (
          <p className={cell.dim}>An admin may change this.</p>
        )}
      </Panel>
      <FeedSays feed={guards.feed} declared={declared.settings} isAdmin={isAdmin} />
      <Good guards={guards} />
    </div>
  )
}

function Good({ guards }: { guards: FeedGuards }) {
  const percent = (part: number, all: number) => (all === 0 ? '–' : `${(Math.round((part / all) * 1_000) / 10).toLocaleString('en-GB')} %`)
  return (
    <Panel title="Last good files" note={whole(guards.good.length)} isFlush>
      {guards.good.length === 0 ? (
        <Empty title="No file of this feed was applied yet">What is usual is learnt from those that were.</Empty>
      ) : (
        <Table
          label="Figures of the last good files, newest first"
          head={
            <tr>
              <th className={cell.right}>Rows</th>
              <th className={cell.right}>Units</th>
              <th className={cell.right}>At zero</th>
              <th className={cell.right}>Facilities</th>
              <th className={cell.right}>Changed</th>
              <th className={cell.right}>Largest change</th>
              <th className={cell.right}>Rejected</th>
            </tr>
          }
        >
          {guards.good.map((one, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: newest first, and never moved by hand
            <tr key={index}>
              <td className={cell.right}>{whole(one.rows)}</td>
              <td className={cell.right}>{whole(one.units)}</td>
              <td className={cell.right}>
                <span className={classes.share} aria-hidden>
                  <i style={{ width: `${one.rows === 0 ? 0 : (one.zeroes / one.rows) * 100}%` }} />
                </span>
                {percent(one.zeroes, one.rows)}
              </td>
              <td className={cell.right}>{whole(one.facilities.length)}</td>
              <td className={cell.right}>{percent(one.changed, one.known)}</td>
              <td className={cell.right}>{whole(one.largestChangeUnits)}</td>
              <td className={cell.right}>{percent(one.rejected, one.rowsRead)}</td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  )
}
