import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import type { Mapping } from '../api/mapping.ts'
import { Panel } from '../parts/panel.tsx'
import { mapping as texts } from '../texts/mapping.ts'
import classes from './feed-mapping.module.css'
import type { Draft } from './feed-mapping.tsx'

type Condition = NonNullable<Mapping['leaveOut']>[number]

const OPERATORS: { value: Condition['operator']; label: string }[] = [
  { value: 'is', label: texts.isOneOf },
  { value: 'is_not', label: texts.isNoneOf },
  { value: 'begins', label: texts.beginsWith },
  { value: 'ends', label: texts.endsWith },
  { value: 'contains', label: texts.contains },
  { value: 'blank', label: texts.isBlank },
  { value: 'filled', label: texts.isNotBlank },
  { value: 'below', label: texts.isBelow },
  { value: 'above', label: texts.isAbove },
]

/** What odd quantities mean, and which rows say nothing to us. */
export function MappingRules({ header, draft, onDraft }: { header: string[] | null; draft: Draft; onDraft: (draft: Draft) => void }) {
  const { rows, mapping } = draft
  const setRows = (change: Partial<Draft['rows']>) => onDraft({ ...draft, rows: { ...rows, ...change } })
  return (
    <Panel title={texts.oddRows}>
      <div className={classes.rules}>
        <NativeSelect
          label={texts.aCountBelow0}
          value={rows.negative ?? 'reject'}
          data={[
            { value: 'reject', label: texts.isRefused },
            { value: 'floor', label: texts.isTakenAs0 },
            { value: 'keep', label: texts.isTakenAsItIs },
          ]}
          onChange={event => setRows({ negative: event.currentTarget.value as NonNullable<Draft['rows']['negative']> })}
        />
        <NativeSelect
          label={texts.aFraction}
          value={rows.fraction ?? 'reject'}
          data={[
            { value: 'reject', label: texts.isRefused },
            { value: 'round_down', label: texts.isRoundedDown },
          ]}
          onChange={event => setRows({ fraction: event.currentTarget.value as NonNullable<Draft['rows']['fraction']> })}
        />
        <NativeSelect
          label={texts.severalRowsOfOneProductInOne}
          value={rows.repeated ?? 'reject'}
          data={[
            { value: 'reject', label: texts.areRefused },
            { value: 'sum', label: texts.areAddedUp },
          ]}
          onChange={event => setRows({ repeated: event.currentTarget.value as NonNullable<Draft['rows']['repeated']> })}
        />
        <NativeSelect
          label={texts.decimalsStandBehind}
          value={rows.decimalSign ?? '.'}
          data={[
            { value: '.', label: texts.aPoint1250 },
            { value: ',', label: texts.aComma123450 },
          ]}
          onChange={event => setRows({ decimalSign: event.currentTarget.value as NonNullable<Draft['rows']['decimalSign']> })}
        />
      </div>
      {mapping !== null && (
        <LeaveOut
          header={header}
          conditions={mapping.leaveOut ?? []}
          onChange={leaveOut => {
            const { leaveOut: _, ...rest } = mapping
            onDraft({ ...draft, mapping: leaveOut.length === 0 ? rest : { ...rest, leaveOut } })
          }}
        />
      )}
    </Panel>
  )
}

function LeaveOut({
  header,
  conditions,
  onChange,
}: {
  header: string[] | null
  conditions: Condition[]
  onChange: (conditions: Condition[]) => void
}) {
  const set = (at: number, condition: Condition) => onChange(conditions.map((one, i) => (i === at ? condition : one)))
  return (
    <fieldset className={classes.leaveOut}>
      <legend>{texts.rowsAreLeftOutWhere}</legend>
      {conditions.map((condition, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name but their place
        <div key={at} className={classes.condition}>
          <TextInput
            aria-label={texts.column}
            size="xs"
            value={condition.column}
            list="columns-of-conditions"
            onChange={event => set(at, { ...condition, column: event.currentTarget.value })}
          />
          <NativeSelect
            aria-label={texts.howItIsCompared}
            size="xs"
            data={OPERATORS}
            value={condition.operator}
            onChange={event => set(at, { ...condition, operator: event.currentTarget.value as Condition['operator'] })}
          />
          {condition.operator !== 'blank' && condition.operator !== 'filled' && (
            <TextInput
              aria-label={texts.withWhatCommasBetween}
              size="xs"
              defaultValue={(condition.values ?? []).join(', ')}
              onBlur={event => set(at, { ...condition, values: event.currentTarget.value.split(',').map(value => value.trim()) })}
            />
          )}
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={texts.takeThisConditionAway}
            onClick={() => onChange(conditions.filter((_, i) => i !== at))}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <datalist id="columns-of-conditions">
        {[...new Set(header ?? [])].map(one => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <Button variant="default" size="xs" onClick={() => onChange([...conditions, { column: header?.[0] ?? '#1', operator: 'blank' }])}>
        {texts.leaveOutRowsByACondition}
      </Button>
    </fieldset>
  )
}
