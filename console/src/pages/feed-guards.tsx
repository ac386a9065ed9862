import { Button, NativeSelect, NumberInput } from '@mantine/core'
import { useState } from 'react'
import { useParams } from 'react-router'
import { type FeedGuards, type FeedSettings, type GuardLimits, useFeedGuards, useFeedSettings, useSettingsChange } from '../api/belief.ts'
import { useSession } from '../api/queries.ts'
import { AskWhy } from '../parts/ask.tsx'
import { Back } from '../parts/back.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { decimal, whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { feeds as texts } from '../texts/feeds.ts'
import classes from './feed-guards.module.css'
import { FeedSays } from './feed-says.tsx'

/** How far the files of a feed are believed: limits, with what the last good files propose, and what missing rows mean. */
export function FeedGuardsPage() {
  const { name = '' } = useParams()
  const guards = useFeedGuards(name)
  const settings = useFeedSettings(name)
  return (
    <>
      <Back to={`/files?feed=${encodeURIComponent(name)}`}>
        {texts.filesOf} {name}
      </Back>
      <PageHead title={texts.guardsOf(name)} lead={texts.outsideOfTheseLimitsAFileIs} />
      <Shown of={guards}>
        {found => <Shown of={settings}>{declared => <Found guards={found} declared={declared} key={JSON.stringify(declared)} />}</Shown>}
      </Shown>
    </>
  )
}

const GUARDS: readonly { key: keyof GuardLimits; label: string; unit: string }[] = [
  { key: 'rowsPercent', label: texts.rowsDifferFromTheUsualByMore, unit: '%' },
  { key: 'unitsPercent', label: texts.unitsDifferFromTheUsualByMore, unit: '%' },
  { key: 'zeroPercent', label: texts.shareOfRowsThatSay0Is, unit: '%' },
  { key: 'facilitiesMissing', label: texts.facilitiesOfTheLastGoodFileThat, unit: '' },
  { key: 'changedPercent', label: texts.shareOfPositionsThatWouldChangeIs, unit: '%' },
  { key: 'largestChangeUnits', label: texts.onePositionWouldChangeByMoreThan, unit: 'units' },
  { key: 'rejectedPercent', label: texts.shareOfRejectedRowsIsAbove, unit: '%' },
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
        title={texts.limits}
        note={guards.proposal === null ? texts.proposedAfter(texts.goodFiles(guards.goodNeeded)) : undefined}
        actions={
          guards.proposal !== null && (
            <Button variant="default" size="xs" onClick={() => setBelief({ ...belief, guards: guards.proposal ?? {} })}>
              {texts.takeAllThatIsProposed}
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
                  ? texts.offWhereItIsLeftBlank
                  : texts.proposedOffWhereItIsLeftBlank(whole(guards.proposal[key] ?? null), unit)
              }
              placeholder={texts.off}
              min={0}
              {...(unit === '' ? {} : { suffix: ` ${unit}` })}
              value={limits[key] ?? ''}
              onChange={value => set(key, typeof value === 'number' ? value : value === '' ? null : Number(value))}
            />
          ))}
          <NativeSelect
            label={texts.aHeldFileIsReleasedBy}
            value={belief.releasedBy ?? 'one'}
            data={[
              { value: 'one', label: texts.onePerson },
              { value: 'two', label: texts.twoPeople },
            ]}
            onChange={event => setBelief({ ...belief, releasedBy: event.currentTarget.value === 'two' ? 'two' : 'one' })}
          />
          <NativeSelect
            label={texts.aPositionThatTheLastSnapshotHad}
            description={texts.facilitiesOfWhichAFileSaysNothing}
            value={belief.missingRows ?? 'keep'}
            data={[
              { value: 'keep', label: texts.keepsItsUnits },
              { value: 'list', label: texts.keepsItsUnitsAndIsListed },
              { value: 'zero', label: texts.isSetToNothingOnceAPerson },
            ]}
            onChange={event => setBelief({ ...belief, missingRows: event.currentTarget.value as NonNullable<Belief['missingRows']> })}
          />
          {belief.missingRows === 'zero' && (
            <NumberInput
              label={texts.setToNothingWithoutAskingUpTo}
              suffix=" %"
              min={0}
              max={100}
              value={belief.missingPercent ?? 0}
              onChange={value => setBelief({ ...belief, missingPercent: Number(value) })}
            />
          )}
        </div>
        {isAdmin ? (
          <AskWhy label={texts.save} title={texts.changeTheGuardsOf(guards.feed)} confirm={texts.save} deed={deed}>
            <p>{texts.theyHoldForFilesThatComeFrom}</p>
          </AskWhy>
        ) : (
          <p className={cell.dim}>{texts.anAdminMayChangeThis}</p>
        )}
      </Panel>
      <FeedSays feed={guards.feed} declared={declared.settings} isAdmin={isAdmin} />
      <Good guards={guards} />
    </div>
  )
}

function Good({ guards }: { guards: FeedGuards }) {
  const percent = (part: number, all: number) => (all === 0 ? '–' : `${decimal((100 * part) / all, { max: 1 })} %`)
  return (
    <Panel title={texts.lastGoodFiles} note={whole(guards.good.length)} isFlush>
      {guards.good.length === 0 ? (
        <Empty title={texts.noFileOfThisFeedWasApplied}>{texts.whatIsUsualIsLearntFromThose}</Empty>
      ) : (
        <Table
          label={texts.figuresOfTheLastGoodFilesNewest}
          head={
            <tr>
              <th className={cell.right}>{texts.rows}</th>
              <th className={cell.right}>{texts.units}</th>
              <th className={cell.right}>{texts.atZero}</th>
              <th className={cell.right}>{texts.facilities}</th>
              <th className={cell.right}>{texts.changed}</th>
              <th className={cell.right}>{texts.largestChange}</th>
              <th className={cell.right}>{texts.rejected}</th>
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
