import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import type { Mapping } from '../api/mapping.ts'
import { Panel } from '../parts/panel.tsx'
import classes from './feed-mapping.module.css'
import type { Draft } from './feed-mapping.tsx'

type Condition = NonNullable<Mapping['leaveOut']>[number]

const OPERATORS: { value: Condition['operator']; label: string }[] = [
  { value: 'is', label: 'is one of' },
  { value: 'is_not', label: 'is none of' },
  { value: 'begins', label: 'begins with' },
  { value: 'ends', label: 'ends with' },
  { value: 'contains', label: 'contains' },
  { value: 'blank', label: 'is blank' },
  { value: 'filled', label: 'is not blank' },
  { value: 'below', label: 'is below' },
  { value: 'above', label: 'is above' },
]

/** What odd quantities mean, and which rows say nothing to us. */
export function MappingRules({ header, draft, onDraft }: { header: string[] | null; draft: Draft; onDraft: (draft: Draft) => void }) {
  const { rows, mapping } = draft
  const setRows = (change: Partial<Draft['rows']>) => onDraft({ ...draft, rows: { ...rows, ...change } })
  return (
    <Panel title="Odd rows">
      <div className={classes.rules}>
        <NativeSelect
          label="A count below 0"
          value={rows.negative ?? 'reject'}
          data={[
            { value: 'reject', label: 'is refused' },
            { value: 'floor', label: 'is taken as 0' },
            { value: 'keep', label: 'is taken as it is' },
          ]}
          onChange={event => setRows({ negative: event.currentTarget.value as NonNullable<Draft['rows']['negative']> })}
        />
        <NativeSelect
          label="A fraction"
          value={rows.fraction ?? 'reject'}
          data={[
            { value: 'reject', label: 'is refused' },
            { value: 'round_down', label: 'is rounded down' },
          ]}
          onChange={event => setRows({ fraction: event.currentTarget.value as NonNullable<Draft['rows']['fraction']> })}
        />
        <NativeSelect
          label="Several rows of one product in one facility"
          value={rows.repeated ?? 'reject'}
          data={[
            { value: 'reject', label: 'are refused' },
            { value: 'sum', label: 'are added up' },
          ]}
          onChange={event => setRows({ repeated: event.currentTarget.value as NonNullable<Draft['rows']['repeated']> })}
        />
        <NativeSelect
          label="Decimals stand behind"
          value={rows.decimalSign ?? '.'}
          data={[
            { value: '.', label: 'a point: 12.50' },
            { value: ',', label: 'a comma: 1.234,50' },
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
      <legend>Rows are left out where</legend>
      {conditions.map((condition, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name but their place
        <div key={at} className={classes.condition}>
          <TextInput
            aria-label="Column"
            size="xs"
            value={condition.column}
            list="columns-of-conditions"
            onChange={event => set(at, { ...condition, column: event.currentTarget.value })}
          />
          <NativeSelect
            aria-label="How it is compared"
            size="xs"
            data={OPERATORS}
            value={condition.operator}
            onChange={event => set(at, { ...condition, operator: event.currentTarget.value as Condition['operator'] })}
          />
          {condition.operator !== 'blank' && condition.operator !== 'filled' && (
            <TextInput
              aria-label="With what, commas between"
              size="xs"
              defaultValue={(condition.values ?? []).join(', ')}
              onBlur={event => set(at, { ...condition, values: event.currentTarget.value.split(',').map(value => value.trim()) })}
            />
          )}
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Take this condition away"
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
        Leave out rows by a condition
      </Button>
    </fieldset>
  )
}
