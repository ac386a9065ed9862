import { Anchor, Button, Checkbox, NumberInput } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { type ReactNode, useCallback, useState } from 'react'
import { Link } from 'react-router'
import { ageInWords } from '../../../src/reconcile/age.ts'
import { address } from '../api/client.ts'
import { useSession } from '../api/queries.ts'
import { type Setting, type Settings, useSetLedgerPolicy, useSetObjective, useSettings } from '../api/settings.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { Search, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { bytes, whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { settings as texts } from '../texts/settings.ts'
import classes from './settings.module.css'

type Name = Setting['name']

/** Everything that this house is set to, group by group: what it is, what it means, and where it is set. */
export function SettingsOfHouse() {
  const settings = useSettings()
  const view = useView()
  const search = view.get('search') ?? ''
  const searched = useCallback((text: string) => view.set({ search: text }), [view.set])
  return (
    <div className={classes.stack}>
      <Search label={texts.search} value={search} onChange={searched} />
      <Shown of={settings}>{shown => <Groups settings={shown} search={search} />}</Shown>
    </div>
  )
}

function Groups({ settings, search }: { settings: Settings; search: string }) {
  const groups = settings.groups
    .map(({ group, settings: all }) => ({ group, found: all.filter(one => isFound(one, search)) }))
    .filter(({ found }) => found.length > 0)
  if (groups.length === 0) return <Empty title={texts.nothingIsCalledSo}>{texts.takeFewer}</Empty>
  return (
    <>
      {groups.map(({ group, found }) => (
        <Panel
          key={group}
          title={texts.groups[group].title}
          note={texts.groups[group].note}
          actions={group === 'data' ? <Backup /> : null}
          isFlush
        >
          <ul className={classes.rows} data-rows>
            {found.map(setting => (
              <Row key={setting.name} setting={setting} all={settings} />
            ))}
          </ul>
        </Panel>
      ))}
      {search === '' && <Elsewhere />}
    </>
  )
}

function isFound({ name, variables }: Setting, search: string): boolean {
  const { label, meaning } = texts.names[name]
  const text = [label, meaning, ...variables].join(' ').toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word))
}

function Row({ setting, all }: { setting: Setting; all: Settings }) {
  const { label, meaning } = texts.names[setting.name]
  return (
    <li className={classes.row}>
      <div>
        <div className={classes.label}>{label}</div>
        <div className={classes.meaning}>{meaning}</div>
      </div>
      <div className={`${classes.value} num`}>{shownValue(setting)}</div>
      <div className={`${classes.source} ${setting.setBy === 'variable' ? classes.given : ''}`}>
        <Source setting={setting} />
        <Deed name={setting.name} label={label} all={all} />
      </div>
    </li>
  )
}

function Source({ setting: { setBy, variables } }: { setting: Setting }) {
  if (setBy === 'program' || setBy === 'console') return <span>{texts.sources[setBy]}</span>
  const names = variables.map(variable => (
    <code key={variable} className="mono" title={texts.toChangeIt}>
      {variable}
    </code>
  ))
  return (
    <>
      {setBy === 'default' && <span>{texts.sources.default},</span>}
      {names}
    </>
  )
}

const UNSET: Readonly<Partial<Record<Name, string>>> = { ledgerKeptMonths: texts.forEver, http: texts.thisProcessDoesNotListen }
const SAID: Readonly<Record<string, string>> = {
  'database embedded': texts.embedded,
  'secretKey secret.key': texts.keyFile,
  'secretKey TRUEUP_SECRET_KEY': texts.keyOfVariable,
}
const IS_PROSE: ReadonlySet<Name> = new Set<Name>(['version', 'node', 'log', 'databaseVersion'])

function shownValue({ name, value, unit }: Setting): ReactNode {
  if (value === null) return <span className={classes.unset}>{UNSET[name] ?? texts.notSet}</span>
  if (typeof value === 'boolean') return value ? texts.on : texts.off
  if (typeof value === 'number') return sized(value, unit)
  const text = typeof value === 'string' ? value : value.join(', ')
  const said = SAID[`${name} ${text}`]
  return said ?? (IS_PROSE.has(name) ? text : <span className="mono">{text}</span>)
}

const DAY_MS = 24 * 3_600_000

function sized(value: number, unit: Setting['unit']): string {
  switch (unit) {
    case 'bytes':
      return bytes(value)
    case 'ms':
      return value % DAY_MS === 0 ? texts.days(value / DAY_MS) : ageInWords(value)
    case 'minutes':
    case 'days':
    case 'months':
    case 'characters':
      return texts[unit](value)
    default:
      return whole(value)
  }
}

const LEADS: Readonly<Partial<Record<Name, readonly [to: string, label: string]>>> = {
  recipients: ['/alerts', texts.seeAlerts],
  sftp: ['/sources', texts.seeSources],
  files: ['/feeds', texts.seeFeeds],
}

/** What can be done about a setting here: change it, or go to where it is. */
function Deed({ name, label, all }: { name: Name; label: string; all: Settings }) {
  const session = useSession()
  const [isOpen, setOpen] = useState(false)
  const lead = LEADS[name]
  if (lead) {
    return (
      <Anchor component={Link} to={lead[0]}>
        {lead[1]}
      </Anchor>
    )
  }
  const Dialog = name === 'objectiveMinutes' ? Objective : name === 'ledgerKeptMonths' || name === 'ledgerNeedsExport' ? Ledger : null
  if (Dialog === null || session.data?.role !== 'admin') return null
  return (
    <>
      <Button size="xs" variant="default" aria-label={texts.changeNamed(label)} onClick={() => setOpen(true)}>
        {texts.change}
      </Button>
      {isOpen && <Dialog all={all} close={() => setOpen(false)} />}
    </>
  )
}

function settingCalled(all: Settings, name: Name): Setting['value'] {
  return all.groups.flatMap(group => group.settings).find(one => one.name === name)?.value ?? null
}

function Objective({ all, close }: { all: Settings; close: () => void }) {
  const deed = useSetObjective()
  const before = settingCalled(all, 'objectiveMinutes')
  const [minutes, setMinutes] = useState<number | string>(Number(before))
  const isSaid = typeof minutes === 'number' && minutes >= 1
  return (
    <ReasonDialog
      title={texts.theObjective}
      confirm={texts.setTo(isSaid ? texts.minutes(minutes) : '…')}
      isReady={isSaid && minutes !== before}
      {...{ deed, close }}
      onSay={reason => deed.mutate({ minutes: Number(minutes), reason }, { onSuccess: close })}
    >
      <NumberInput
        label={texts.howManyMinutes}
        description={texts.howManyMinutesNote}
        min={1}
        max={1_440}
        allowDecimal={false}
        value={minutes}
        onChange={setMinutes}
        required
      />
    </ReasonDialog>
  )
}

const MONTHS_PROPOSED = 24

function Ledger({ all, close }: { all: Settings; close: () => void }) {
  const deed = useSetLedgerPolicy()
  const before = { kept: settingCalled(all, 'ledgerKeptMonths'), needsExport: settingCalled(all, 'ledgerNeedsExport') === true }
  const [isForEver, setForEver] = useState(before.kept === null)
  const [months, setMonths] = useState<number | string>(typeof before.kept === 'number' ? before.kept : MONTHS_PROPOSED)
  const [needsExport, setNeedsExport] = useState(before.needsExport)
  const keptMonths = isForEver ? null : Number(months)
  const isSame = keptMonths === before.kept && needsExport === before.needsExport
  return (
    <ReasonDialog
      title={texts.howLongTheLedgerIsKept}
      confirm={texts.save}
      isReady={!isSame && (isForEver || Number(months) >= 1)}
      {...{ deed, close }}
      onSay={reason => deed.mutate({ keptMonths, needsExport, reason }, { onSuccess: close })}
    >
      <Checkbox label={texts.keepForEver} checked={isForEver} onChange={event => setForEver(event.currentTarget.checked)} />
      {!isForEver && (
        <NumberInput
          label={texts.keptMonths}
          description={texts.keptMonthsNote}
          min={1}
          max={1_200}
          allowDecimal={false}
          value={months}
          onChange={setMonths}
          required
        />
      )}
      <Checkbox label={texts.onlyWhenExported} checked={needsExport} onChange={event => setNeedsExport(event.currentTarget.checked)} />
    </ReasonDialog>
  )
}

function Backup() {
  const session = useSession()
  if (session.data?.role !== 'admin') return null
  return (
    <Button
      component="a"
      href={address('/backup')}
      download
      size="xs"
      variant="default"
      leftSection={<IconDownload size={14} aria-hidden />}
    >
      {texts.downloadABackup}
    </Button>
  )
}

function Elsewhere() {
  return (
    <Panel title={texts.more} note={texts.moreNote}>
      <ul className={classes.places}>
        {texts.places.map(([to, label, what]) => (
          <li key={to}>
            <Anchor component={Link} to={to ?? '/'}>
              {label}
            </Anchor>
            <span>{what}</span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
