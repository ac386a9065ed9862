import { NativeSelect, NumberInput, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { type FeedSettings, useSettingsChange } from '../api/belief.ts'
import { AskWhy } from '../parts/ask.tsx'
import { cell } from '../parts/list.tsx'
import { Panel } from '../parts/panel.tsx'
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
    <Panel title="What its files say">
      <div className={classes.limits}>
        <NativeSelect
          label="Its counts are as of"
          data={[
            { value: 'received', label: 'the moment at which the file came' },
            { value: 'modified', label: 'the modification time of the file' },
            { value: 'name', label: 'a date in its name' },
            { value: 'column', label: 'a column of each row' },
            { value: 'header', label: 'a line above the table' },
            { value: 'trailer', label: 'the last line' },
          ]}
          {...text('from')}
        />
        {isWritten && <TextInput label="Where the date stands" description="stock_{yyyyMMdd_HHmm}*.csv" required {...text('pattern')} />}
        {fields.from === 'column' && (
          <>
            <TextInput label="Column of the moment" required {...text('column')} />
            <TextInput label="How it is written" description="dd.MM.yyyy HH:mm; ISO 8601 where it is left blank" {...text('format')} />
          </>
        )}
        {fields.from !== 'received' && fields.from !== 'modified' && (
          <TextInput label="In the time zone" description="Europe/Berlin; UTC where it is left blank" {...text('zone')} />
        )}
        <NumberInput
          label="Orders were taken in until so many minutes before"
          description="Matters to counts of what may be promised"
          min={0}
          value={fields.orderLagMinutes}
          onChange={value => set({ orderLagMinutes: value === '' ? '' : Number(value) })}
        />
        <NativeSelect
          label="A product that nobody knows"
          data={[
            { value: 'reject', label: 'is rejected' },
            { value: 'park', label: 'waits quietly until somebody declares it' },
            { value: 'create', label: 'is added to the catalogue' },
          ]}
          {...text('products')}
        />
        <Textarea
          label="Products that are none of ours"
          description="One pattern a line: RAW-* leaves out all that begin so"
          autosize
          minRows={1}
          {...text('leaveOut')}
        />
        <TextInput
          label="Column with the sender’s number of a change"
          description="Each number is applied once, in whatever file it comes"
          {...text('keyColumn')}
        />
        <NativeSelect
          label="Changes that an earlier file brought, line by line"
          description="For files of changes without such a column"
          data={[
            { value: 'leave_out', label: 'are left out when the file is sent again' },
            { value: 'count', label: 'count again: its files may begin alike' },
          ]}
          {...text('appliedBefore')}
        />
        <NativeSelect
          label="The last line says how many"
          data={[
            { value: '', label: 'it says nothing' },
            { value: 'rows', label: 'rows there are' },
            { value: 'units', label: 'units there are' },
          ]}
          {...text('trailerCounts')}
        />
        {fields.trailerCounts !== '' && (
          <TextInput label="The last line" description="TRAILER|{n}, where {n} is the number" required {...text('trailerPattern')} />
        )}
      </div>
      {isAdmin ? (
        <AskWhy label="Save what they say" title={`Change what files of ${feed} say`} confirm="Save" deed={deed}>
          <p>It holds for files that come from now on.</p>
        </AskWhy>
      ) : (
        <p className={cell.dim}>An admin may change this.</p>
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
