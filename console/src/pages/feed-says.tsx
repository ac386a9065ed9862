import { NativeSelect, NumberInput, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { type FeedSettings, useSettingsChange } from '../api/belief.ts'
import { AskWhy } from '../parts/ask.tsx'
import { cell } from '../parts/list.tsx'
import { Panel } from '../parts/panel.tsx'
import { feeds as texts } from '../texts/feeds.ts'
import classes from './feed-guards.module.css'

type Declared = FeedSettings['settings']
type AsOf = NonNullable<Declared['asOf']>
type Unknown = NonNullable<Declared['unknown']>
type Belief = NonNullable<Declared['belief']>

type Fields = {
  from: AsOf['from']
  pattern: string
  column: string
  format: string
  zone: string
  orderLagMinutes: number | ''
  products: NonNullable<Unknown['products']>
  leaveOut: string
  keyColumn: string
  appliedBefore: NonNullable<Belief['appliedBefore']>
  trailerCounts: '' | 'rows' | 'units'
  trailerPattern: string
}

/** What the files of a feed say besides their rows: of which moment they speak, which products are theirs, what number a row has, how they end. */
export function FeedSays({ feed, declared, isAdmin }: { feed: string; declared: Declared; isAdmin: boolean }) {
  const [fields, setFields] = useState<Fields>(() => startOf(declared))
  const save = useSettingsChange(feed)
  const set = (changes: Partial<Fields>) => setFields(before => ({ ...before, ...changes }))
  const text = (name: keyof Fields) => ({
    value: String(fields[name]),
    onChange: (event: { currentTarget: { value: string } }) => set({ [name]: event.currentTarget.value }),
  })
  const deed = {
    ...{ isPending: save.isPending, error: save.error, reset: save.reset },
    mutate: (reason: string, options: { onSuccess: () => void }) =>
      save.mutate({ settings: settingsOf(fields, declared), reason }, options),
  }
  const isWritten = ['name', 'header', 'trailer'].includes(fields.from)
  return (
    <Panel title={texts.whatItsFilesSay}>
      <div className={classes.limits}>
        <NativeSelect
          label={texts.itsCountsAreAsOf}
          data={[
            { value: 'received', label: texts.theMomentAtWhichTheFileCame },
            { value: 'modified', label: texts.theModificationTimeOfTheFile },
            { value: 'name', label: texts.aDateInItsName },
            { value: 'column', label: texts.aColumnOfEachRow },
            { value: 'header', label: texts.aLineAboveTheTable },
            { value: 'trailer', label: texts.theLastLine },
          ]}
          {...text('from')}
        />
        {isWritten && <TextInput label={texts.whereTheDateStands} description={texts.stockYyyymmddHhmmCsv} required {...text('pattern')} />}
        {fields.from === 'column' && (
          <>
            <TextInput label={texts.columnOfTheMoment} required {...text('column')} />
            <TextInput label={texts.howItIsWritten} description={texts.ddMmYyyyHhMmIso8601} {...text('format')} />
          </>
        )}
        {fields.from !== 'received' && fields.from !== 'modified' && (
          <TextInput label={texts.inTheTimeZone} description={texts.europeBerlinUtcWhereItIsLeft} {...text('zone')} />
        )}
        <NumberInput
          label={texts.ordersWereTakenInUntilSoMany}
          description={texts.mattersToCountsOfWhatMayBe}
          min={0}
          value={fields.orderLagMinutes}
          onChange={value => set({ orderLagMinutes: value === '' ? '' : Number(value) })}
        />
        <NativeSelect
          label={texts.aProductThatNobodyKnows}
          data={[
            { value: 'reject', label: texts.isRejected },
            { value: 'park', label: texts.waitsQuietlyUntilSomebodyDeclaresIt },
            { value: 'create', label: texts.isAddedToTheCatalogue },
          ]}
          {...text('products')}
        />
        <Textarea
          label={texts.productsThatAreNoneOfOurs}
          description={texts.onePatternALineRawLeavesOut}
          autosize
          minRows={1}
          {...text('leaveOut')}
        />
        <TextInput
          label={texts.columnWithTheSendersNumberOfA}
          description={texts.eachNumberIsAppliedOnceInWhatever}
          {...text('keyColumn')}
        />
        <NativeSelect
          label={texts.changesThatAnEarlierFileBroughtLine}
          description={texts.forFilesOfChangesWithoutSuchA}
          data={[
            { value: 'leave_out', label: texts.areLeftOutWhenTheFileIs },
            { value: 'count', label: texts.countAgainItsFilesMayBeginAlike },
          ]}
          {...text('appliedBefore')}
        />
        <NativeSelect
          label={texts.theLastLineSaysHowMany}
          data={[
            { value: '', label: texts.itSaysNothing },
            { value: 'rows', label: texts.rowsThereAre },
            { value: 'units', label: texts.unitsThereAre },
          ]}
          {...text('trailerCounts')}
        />
        {fields.trailerCounts !== '' && (
          <TextInput label={texts.theLastLine2} description={texts.trailerNWhereNIsTheNumber} required {...text('trailerPattern')} />
        )}
      </div>
      {isAdmin ? (
        <AskWhy label={texts.saveWhatTheySay} title={texts.changeWhatFilesOfSay(feed)} confirm={texts.save} deed={deed}>
          <p>{texts.itHoldsForFilesThatComeFrom}</p>
        </AskWhy>
      ) : (
        <p className={cell.dim}>{texts.anAdminMayChangeThis}</p>
      )}
    </Panel>
  )
}

function startOf({ asOf, unknown, belief, trailer }: Declared): Fields {
  return {
    ...{ from: asOf?.from ?? 'received', pattern: asOf?.pattern ?? '', column: asOf?.column ?? '', format: asOf?.format ?? '' },
    ...{ zone: asOf?.zone ?? '', orderLagMinutes: asOf?.orderLagMinutes ?? '' },
    ...{ products: unknown?.products ?? 'reject', leaveOut: unknown?.leaveOut?.join('\n') ?? '' },
    ...{ keyColumn: belief?.keyColumn ?? '', appliedBefore: belief?.appliedBefore ?? 'leave_out' },
    ...{ trailerCounts: trailer?.counts ?? '', trailerPattern: trailer?.pattern ?? '' },
  }
}

/** Only what applies is declared; what was declared elsewhere in the same sections stays. */
function settingsOf(fields: Fields, { belief }: Declared) {
  const { from, pattern, column, format, zone, orderLagMinutes, products, keyColumn, appliedBefore, trailerCounts, trailerPattern } = fields
  const isWritten = ['name', 'header', 'trailer'].includes(from)
  const said = (name: string, value: string, isWanted: boolean) => (isWanted && value.trim() !== '' ? { [name]: value.trim() } : {})
  const patterns = fields.leaveOut
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  const { keyColumn: _, appliedBefore: __, ...others } = belief ?? {}
  return {
    asOf: {
      ...{
        from,
        ...said('pattern', pattern, isWritten),
        ...said('column', column, from === 'column'),
        ...said('format', format, from === 'column'),
      },
      ...{ ...said('zone', zone, isWritten || from === 'column'), ...(orderLagMinutes === '' ? {} : { orderLagMinutes }) },
    },
    unknown: { products, ...(patterns.length === 0 ? {} : { leaveOut: patterns }) },
    belief: { ...others, ...said('keyColumn', keyColumn, true), ...(appliedBefore === 'count' ? { appliedBefore } : {}) },
    trailer: trailerCounts === '' ? null : { counts: trailerCounts, pattern: trailerPattern.trim() },
  }
}
