import { Button, Drawer, Group, NumberInput, Select, TagsInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import {
  type Preview,
  type Rule,
  type RuleText,
  useAddRuleGroup,
  useKeepRule,
  usePreview,
  useRuleGroups,
  useRuleStatus,
  useRuleWords,
} from '../api/promise.ts'
import { cell, Table } from '../parts/list.tsx'
import { Trouble } from '../parts/nothing.tsx'
import { many, signed, whole } from '../parts/number.ts'
import { groupSaid, KIND_WORDS } from './rule-words.ts'
import classes from './rules.module.css'

const LISTS = [
  ['tagsAny', 'Tags, one of', 'tags'],
  ['tagsAll', 'Tags, all of', 'tags'],
  ['tagsNone', 'Tags, none of', 'tags'],
  ['typesAny', 'Types, one of', 'types'],
  ['typesNone', 'Types, none of', 'types'],
  ['vendorsAny', 'Vendors, one of', 'vendors'],
  ['featuresAny', 'Features, one of', 'features'],
  ['featuresNone', 'Features, none of', 'features'],
  ['skusAny', 'SKUs, one of', null],
  ['skusNone', 'SKUs, none of', null],
  ['facilitiesAny', 'Facilities, one of', 'facilities'],
  ['facilitiesNone', 'Facilities, none of', 'facilities'],
  ['groupsAny', 'Groups, one of', 'groups'],
  ['groupsNone', 'Groups, none of', 'groups'],
] as const

const NEW: Omit<RuleText, 'ruleGroupId'> = { name: '', sequence: 0, fromAt: null, thruAt: null, units: null, isAllowed: null }

/** One rule: what it says, what it would change, and the button that lets it count. */
export function RuleDrawer({ rule, mayWrite, close }: { rule: Rule | null; mayWrite: boolean; close: () => void }) {
  const groups = useRuleGroups()
  const words = useRuleWords()
  const keep = useKeepRule()
  const status = useRuleStatus()
  const preview = usePreview()
  const addGroup = useAddRuleGroup()
  const [text, setText] = useState<RuleText>(() => (rule === null ? { ...NEW, ruleGroupId: 0 } : textOf(rule)))
  const set = (changes: Partial<RuleText>) => {
    setText(before => ({ ...before, ...changes }))
    preview.reset()
  }
  const kind = rule?.kind ?? groups.data?.rows.find(group => group.ruleGroupId === text.ruleGroupId)?.kind
  const isActive = rule?.status === 'active'
  const tried = preview.data

  function chooseGroup(value: string | null) {
    if (value === null) return
    const known = groups.data?.rows.find(group => String(group.ruleGroupId) === value)
    if (known) return set({ ruleGroupId: known.ruleGroupId, ...startOf(known.kind) })
    const wanted = value as Rule['kind']
    addGroup.mutate(
      { name: capital(KIND_WORDS[wanted]), kind: wanted },
      { onSuccess: ({ rows }) => set({ ruleGroupId: rows.find(group => group.kind === wanted)?.ruleGroupId ?? 0, ...startOf(wanted) }) },
    )
  }

  function submit(event: FormEvent) {
    event.preventDefault()
    keep.mutate({ ruleId: rule?.ruleId ?? null, rule: text }, { onSuccess: close })
  }

  /** What was tried is what is done: the rule is kept as it stands here, and then counts. */
  function activate() {
    keep.mutate(
      { ruleId: rule?.ruleId ?? null, rule: text },
      { onSuccess: kept => status.mutate({ ruleId: kept.ruleId, deed: 'activate' }, { onSuccess: close }) },
    )
  }

  return (
    <Drawer opened onClose={close} position="right" size="lg" title={rule?.name ?? 'New rule'} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit} className={classes.form}>
        <TextInput
          label="Name"
          required
          disabled={!mayWrite}
          value={text.name}
          onChange={event => set({ name: event.currentTarget.value })}
        />
        {rule === null && (
          <Select
            label="What it sets"
            required
            value={text.ruleGroupId === 0 ? null : String(text.ruleGroupId)}
            onChange={chooseGroup}
            data={choicesOf(groups.data?.rows ?? [])}
          />
        )}
        {kind !== undefined && (kind === 'RG_SAFETY_STOCK' || kind === 'RG_THRESHOLD') && (
          <NumberInput
            label="Units kept back"
            min={0}
            allowDecimal={false}
            required
            disabled={!mayWrite}
            value={text.units ?? ''}
            onChange={value => set({ units: typeof value === 'number' ? value : null })}
          />
        )}
        {kind !== undefined && /^RG_(SHIPPING|PICKUP)/.test(kind) && (
          <Select
            label="Selling is"
            disabled={!mayWrite}
            value={text.isAllowed === true ? 'on' : 'off'}
            onChange={value => set({ isAllowed: value === 'on' })}
            data={[
              { value: 'on', label: 'allowed' },
              { value: 'off', label: 'not allowed' },
            ]}
            allowDeselect={false}
          />
        )}
        <NumberInput
          label="Order"
          description="Of the rules that match, the one with the highest counts."
          min={0}
          allowDecimal={false}
          disabled={!mayWrite}
          value={text.sequence ?? 0}
          onChange={value => set({ sequence: typeof value === 'number' ? value : 0 })}
        />
        <Group grow align="flex-start">
          <TextInput
            type="datetime-local"
            label="From"
            disabled={!mayWrite}
            value={localOf(text.fromAt)}
            onChange={event => set({ fromAt: instantOf(event.currentTarget.value) })}
          />
          <TextInput
            type="datetime-local"
            label="Until"
            disabled={!mayWrite}
            value={localOf(text.thruAt)}
            onChange={event => set({ thruAt: instantOf(event.currentTarget.value) })}
          />
        </Group>
        {LISTS.map(([name, label, from]) => (
          <TagsInput
            key={name}
            label={label}
            disabled={!mayWrite}
            value={[...(text[name] ?? [])]}
            onChange={list => set({ [name]: list })}
            data={from === null ? [] : (words.data?.[from] ?? [])}
            clearable
          />
        ))}
        <Trouble error={keep.error ?? status.error ?? preview.error ?? addGroup.error} />
        {tried && <Tried of={tried} />}
        {mayWrite && (
          <Group justify="flex-end" className={classes.actions}>
            {isActive && (
              <Button
                variant="default"
                color="red"
                loading={status.isPending}
                onClick={() => status.mutate({ ruleId: rule.ruleId, deed: 'archive' }, { onSuccess: close })}
              >
                Archive
              </Button>
            )}
            <Button
              variant="default"
              loading={preview.isPending}
              disabled={text.ruleGroupId === 0 || text.name === ''}
              onClick={() => preview.mutate({ ruleId: rule?.ruleId ?? null, rule: text, status: 'active' })}
            >
              What would change?
            </Button>
            {!isActive && (
              <Button type="submit" variant="default" loading={keep.isPending}>
                Keep as draft
              </Button>
            )}
            <Button disabled={!tried} loading={keep.isPending || status.isPending} onClick={activate}>
              {tried
                ? `${isActive ? 'Change' : 'Activate'}: ${many(tried.levels, 'level changes', 'levels change')}`
                : isActive
                  ? 'Change'
                  : 'Activate'}
            </Button>
          </Group>
        )}
      </form>
    </Drawer>
  )
}

function Tried({ of }: { of: Preview }) {
  if (of.levels === 0) return <p role="status">No level would change.</p>
  return (
    <section className={classes.tried} aria-label="What would change" role="status">
      <b>
        {many(of.levels, 'level', 'levels')}: {whole(of.levelsLess)} less by {many(of.unitsLess, 'unit', 'units')}, {whole(of.levelsMore)}{' '}
        more by {many(of.unitsMore, 'unit', 'units')}.
        {of.levelsWithdrawn > 0 && ` ${many(of.levelsWithdrawn, 'level is', 'levels are')} told no more.`}
      </b>
      <Table
        label="The largest changes"
        head={
          <tr>
            <th className={cell.wide}>SKU</th>
            <th className={cell.narrowHidden}>Location</th>
            <th className={cell.right}>Now</th>
            <th className={cell.right}>Then</th>
            <th className={cell.right}>Change</th>
          </tr>
        }
      >
        {of.largest.map(row => (
          <tr key={`${row.shop} ${row.location} ${row.sku}`}>
            <td className="mono">{row.sku}</td>
            <td className={cell.narrowHidden}>{row.location}</td>
            <td className={cell.right}>{whole(row.unitsBefore)}</td>
            <td className={cell.right}>{whole(row.unitsAfter)}</td>
            <td className={cell.right}>{signed(row.unitsAfter - row.unitsBefore)}</td>
          </tr>
        ))}
      </Table>
    </section>
  )
}

function textOf(rule: Rule): RuleText {
  const { ruleId: _id, group: _group, kind: _kind, status: _status, place: _place, changedAt: _changedAt, ...text } = rule
  return text
}

/** The groups that there are, and for each thing that none sets yet a new one. */
function choicesOf(groups: readonly { ruleGroupId: number; name: string; kind: Rule['kind'] }[]) {
  const missing = (Object.keys(KIND_WORDS) as Rule['kind'][]).filter(kind => !groups.some(group => group.kind === kind))
  return [
    ...groups.map(group => ({ value: String(group.ruleGroupId), label: groupSaid({ group: group.name, kind: group.kind }) })),
    ...missing.map(kind => ({ value: kind, label: `New group: ${KIND_WORDS[kind]}` })),
  ]
}

function startOf(kind: Rule['kind']): Pick<RuleText, 'units' | 'isAllowed'> {
  if (kind === 'EX_INV_BY_PRD_TYPE') return { units: null, isAllowed: null }
  return kind === 'RG_SAFETY_STOCK' || kind === 'RG_THRESHOLD' ? { units: 1, isAllowed: null } : { units: null, isAllowed: false }
}

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

/** A date field speaks the reader's own time. */
function localOf(at: string | null | undefined): string {
  if (!at) return ''
  const date = new Date(at)
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function instantOf(local: string): string | null {
  return local === '' ? null : new Date(local).toISOString()
}
