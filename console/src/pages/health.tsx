import { Button, Menu, NumberInput, Select, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconBellOff, IconDots, IconUserCheck } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { Link } from 'react-router'
import { type HealthFinding, useHealth, useSilence, useTake } from '../api/health.ts'
import { useSession } from '../api/queries.ts'
import { Export } from '../parts/export.tsx'
import { Chips, cell, Paged, Table, totalOf, useView } from '../parts/list.tsx'
import { DialogEnd, Modal } from '../parts/modal.tsx'
import { Code, Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { whole, withCounts } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { exact } from '../parts/zone.ts'
import { health as texts } from '../texts/health.ts'
import { SEVERITY } from './health-words.ts'

/** What is wrong, since when, what it costs, and what to press. What is over is kept. */
export function Health() {
  const view = useView()
  const state = view.get('state') === 'over' ? 'over' : 'open'
  const findings = useHealth({ state, code: view.get('code'), shop: view.get('shop'), page: view.page })
  return (
    <>
      <PageHead title={texts.health} note={findings.data && totalOf(findings.data)} lead={texts.whatIsWrongWorstFirstAFinding} />
      <Panel title={texts.findings} isFlush>
        <div className={cell.toolbar}>
          <Chips
            label={texts.whichFindings}
            value={state}
            options={[
              { value: 'open', label: texts.open },
              { value: 'over', label: texts.over },
            ]}
            onChange={to => view.set({ state: to })}
          />
          {findings.data && (
            <span className={cell.dim}>
              {texts.lookedAtEverything} <When at={findings.data.lookedAt} />
            </span>
          )}
          <Export {...findings.asked} what={texts.findings} />
        </div>
        <Shown of={findings}>
          {page => (
            <Paged of={page} empty={<Nothing state={state} lookedAt={page.lookedAt} />}>
              <List rows={page.rows} />
            </Paged>
          )}
        </Shown>
      </Panel>
    </>
  )
}

function Nothing({ state, lookedAt }: { state: 'open' | 'over'; lookedAt: string | null }) {
  if (state === 'over') return <Empty title={texts.nothingWasFoundYet}>{texts.whatWasWrongAndIsNotAny}</Empty>
  if (lookedAt === null) return <Empty title={texts.notLookedAtYet}>{texts.aFewSecondsAfterTheStartEverything}</Empty>
  return <Empty title={texts.nothingIsWrong}>{texts.sourcesFoldersJobsShopsPermissions}</Empty>
}

function List({ rows }: { rows: readonly HealthFinding[] }) {
  return (
    <Table
      label={texts.findings}
      head={
        <tr>
          <th className={cell.narrowHidden}>{texts.weight}</th>
          <th className={cell.wide}>{texts.what}</th>
          <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.unitsAtRisk}</th>
          <th className={cell.right}>{texts.since}</th>
          <th>
            <span className="sr-only">{texts.next}</span>
          </th>
        </tr>
      }
    >
      {rows.map(row => (
        <tr key={row.findingId}>
          <td className={cell.narrowHidden}>
            <State {...SEVERITY[row.severity]} isQuiet />
          </td>
          <td>
            <div className={cell.narrowOnly}>
              <State {...SEVERITY[row.severity]} isQuiet />
            </div>
            {withCounts(row.evidence)} <Code code={row.code} />
            <div className={cell.dim}>{saidOf(row)}</div>
          </td>
          <td className={`${cell.right} ${cell.narrowHidden}`}>{row.unitsAtRisk === null ? '' : whole(row.unitsAtRisk)}</td>
          <td className={`${cell.right} ${cell.nowrap}`}>
            <When at={row.since} style="age" />
            {row.endedAt !== null && (
              <div className={cell.dim}>
                {texts.over2} <When at={row.endedAt} />
              </div>
            )}
          </td>
          <td className={cell.right}>{row.endedAt === null && <Next finding={row} />}</td>
        </tr>
      ))}
    </Table>
  )
}

function saidOf({ takenBy, note, silencedUntil, silencedBy, silencedReason, silencedAboveUnits }: HealthFinding): string {
  const isSilent = silencedUntil !== null && Date.parse(silencedUntil) > Date.now()
  const above = silencedAboveUnits === null ? '' : texts.whileNoMoreThanUnitsAreAt(whole(silencedAboveUnits))
  return [
    takenBy === null ? '' : texts.seesToIt(takenBy, note ? `: “${note}”` : ''),
    isSilent ? texts.silencedByUntil(silencedBy, exact(silencedUntil), above, silencedReason) : '',
  ]
    .filter(Boolean)
    .join(' · ')
}

/** The one next thing to do, and what else can be said about it. */
function Next({ finding }: { finding: HealthFinding }) {
  const session = useSession()
  const [isTaking, taking] = useDisclosure(false)
  const [isSilencing, silencing] = useDisclosure(false)
  return (
    <div style={{ display: 'inline-flex', gap: 4 }}>
      <Button component={Link} to={finding.action.to} size="xs" variant={finding.severity === 'note' ? 'default' : 'filled'}>
        {finding.action.label}
      </Button>
      {session.data?.role !== 'viewer' && (
        <Menu position="bottom-end" width={220}>
          <Menu.Target>
            <Button size="xs" variant="default" px={8} aria-label={texts.moreFor(finding.code, finding.subject)}>
              <IconDots size={16} aria-hidden />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconUserCheck size={16} />} onClick={taking.open}>
              {texts.iSeeToIt}
            </Menu.Item>
            <Menu.Item leftSection={<IconBellOff size={16} />} onClick={silencing.open}>
              {texts.silence}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {isTaking && <TakeDialog finding={finding} close={taking.close} />}
      {isSilencing && <SilenceDialog finding={finding} close={silencing.close} />}
    </div>
  )
}

type Dialog = { finding: HealthFinding; close: () => void }

function TakeDialog({ finding, close }: Dialog) {
  const take = useTake()
  const [note, setNote] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    take.mutate({ findingId: finding.findingId, note }, { onSuccess: close })
  }
  return (
    <Modal onClose={close} title={texts.seeTo(finding.code)}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
        <TextInput label={texts.aNoteForTheOthers} value={note} onChange={event => setNote(event.currentTarget.value)} data-autofocus />
        <Trouble error={take.error} />
        <DialogEnd close={close} confirm={texts.iSeeToIt2} deed={take} />
      </form>
    </Modal>
  )
}

const HOUR_MS = 3_600_000
const TIMES = [
  { value: '1', label: texts.oneHour },
  { value: '4', label: texts.fourHours },
  { value: '24', label: texts.oneDay },
  { value: '168', label: texts.oneWeek },
]

function SilenceDialog({ finding, close }: Dialog) {
  const silence = useSilence()
  const [hours, setHours] = useState<string | null>('4')
  const [aboveUnits, setAboveUnits] = useState<number | ''>('')
  const [reason, setReason] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    const until = new Date(Date.now() + Number(hours ?? 1) * HOUR_MS).toISOString()
    silence.mutate({ findingId: finding.findingId, until, aboveUnits: aboveUnits === '' ? null : aboveUnits, reason }, { onSuccess: close })
  }
  return (
    <Modal onClose={close} title={texts.silence2(finding.code)}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
        <Select label={texts.forWord} data={TIMES} value={hours} onChange={setHours} allowDeselect={false} data-autofocus />
        <NumberInput
          label={texts.onlyWhileNoMoreUnitsAreAt}
          min={0}
          value={aboveUnits}
          onChange={value => setAboveUnits(value === '' ? '' : Number(value))}
        />
        <TextInput label={texts.why} value={reason} onChange={event => setReason(event.currentTarget.value)} required />
        <Trouble error={silence.error} />
        <DialogEnd close={close} confirm={texts.silenceIt} deed={silence} isReady={reason.trim() !== ''} />
      </form>
    </Modal>
  )
}
