import { Button, Group, NumberInput, Select, TagsInput, TextInput } from '@mantine/core'
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
import { Drawer } from '../parts/modal.tsx'
import { Trouble } from '../parts/nothing.tsx'
import { signed, whole } from '../parts/number.ts'
import { instantOf, localOf } from '../parts/zone.ts'
import { rules as texts } from '../texts/rules.ts'
import { groupSaid, KIND_WORDS } from './rule-words.ts'
import classes from './rules.module.css'

const LISTS = [
  ['tagsAny', texts.tagsOneOf, 'tags'],
  ['tagsAll', texts.tagsAllOf, 'tags'],
  ['tagsNone', texts.tagsNoneOf, 'tags'],
  ['typesAny', texts.typesOneOf, 'types'],
  ['typesNone', texts.typesNoneOf, 'types'],
  ['vendorsAny', texts.vendorsOneOf, 'vendors'],
  ['featuresAny', texts.featuresOneOf, 'features'],
  ['featuresNone', texts.featuresNoneOf, 'features'],
  ['skusAny', texts.skusOneOf, null],
  ['skusNone', texts.skusNoneOf, null],
  ['facilitiesAny', texts.facilitiesOneOf, 'facilities'],
  ['facilitiesNone', texts.facilitiesNoneOf, 'facilities'],
  ['groupsAny', texts.groupsOneOf, 'groups'],
  ['groupsNone', texts.groupsNoneOf, 'groups'],
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
    <Drawer onClose={close} title={rule?.name ?? texts.newRule} closeButtonProps={{ 'aria-label': texts.close }}>
      <form onSubmit={submit} className={classes.form}>
        <TextInput
          label={texts.name}
          required
          disabled={!mayWrite}
          data-autofocus
          value={text.name}
          onChange={event => set({ name: event.currentTarget.value })}
        />
        {rule === null && (
          <Select
            label={texts.whatItSets}
            required
            value={text.ruleGroupId === 0 ? null : String(text.ruleGroupId)}
            onChange={chooseGroup}
            data={choicesOf(groups.data?.rows ?? [])}
          />
        )}
        {kind !== undefined && (kind === 'RG_SAFETY_STOCK' || kind === 'RG_THRESHOLD') && (
          <NumberInput
            label={texts.unitsKeptBack}
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
            label={texts.sellingIs}
            disabled={!mayWrite}
            value={text.isAllowed === true ? 'on' : 'off'}
            onChange={value => set({ isAllowed: value === 'on' })}
            data={[
              { value: 'on', label: texts.allowed },
              { value: 'off', label: texts.notAllowed },
            ]}
            allowDeselect={false}
          />
        )}
        <NumberInput
          label={texts.order}
          description={texts.ofTheRulesThatMatchTheOne}
          min={0}
          allowDecimal={false}
          disabled={!mayWrite}
          value={text.sequence ?? 0}
          onChange={value => set({ sequence: typeof value === 'number' ? value : 0 })}
        />
        <Group grow align="flex-start">
          <TextInput
            type="datetime-local"
            label={texts.from}
            disabled={!mayWrite}
            value={localOf(text.fromAt)}
            onChange={event => set({ fromAt: instantOf(event.currentTarget.value) })}
          />
          <TextInput
            type="datetime-local"
            label={texts.until}
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
                {texts.archive}
              </Button>
            )}
            <Button
              variant="default"
              loading={preview.isPending}
              disabled={text.ruleGroupId === 0 || text.name === ''}
              onClick={() => preview.mutate({ ruleId: rule?.ruleId ?? null, rule: text, status: 'active' })}
            >
              {texts.whatWouldChange}
            </Button>
            {!isActive && (
              <Button type="submit" variant="default" loading={keep.isPending}>
                {texts.keepAsDraft}
              </Button>
            )}
            <Button disabled={!tried} loading={keep.isPending || status.isPending} onClick={activate}>
              {tried
                ? `${isActive ? texts.change : texts.activate}: ${texts.levelsChange(tried.levels)}`
                : isActive
                  ? texts.change
                  : texts.activate}
            </Button>
          </Group>
        )}
      </form>
    </Drawer>
  )
}

function Tried({ of }: { of: Preview }) {
  if (of.levels === 0) return <p role="status">{texts.noLevelWouldChange}</p>
  return (
    <section className={classes.tried} aria-label={texts.whatWouldChange2} role="status">
      <b>
        {texts.levels(of.levels)}: {whole(of.levelsLess)} {texts.lessBy} {texts.units(of.unitsLess)}, {whole(of.levelsMore)} {texts.moreBy}{' '}
        {texts.units(of.unitsMore)}.{of.levelsWithdrawn > 0 && texts.toldNoMore(texts.levelsAre(of.levelsWithdrawn))}
      </b>
      <Table
        label={texts.theLargestChanges}
        head={
          <tr>
            <th className={cell.wide}>{texts.sku}</th>
            <th className={cell.narrowHidden}>{texts.location}</th>
            <th className={cell.right}>{texts.now}</th>
            <th className={cell.right}>{texts.thenWord}</th>
            <th className={cell.right}>{texts.change}</th>
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
    ...missing.map(kind => ({ value: kind, label: texts.newGroup(KIND_WORDS[kind]) })),
  ]
}

function startOf(kind: Rule['kind']): Pick<RuleText, 'units' | 'isAllowed'> {
  if (kind === 'EX_INV_BY_PRD_TYPE') return { units: null, isAllowed: null }
  return kind === 'RG_SAFETY_STOCK' || kind === 'RG_THRESHOLD' ? { units: 1, isAllowed: null } : { units: null, isAllowed: false }
}

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`
