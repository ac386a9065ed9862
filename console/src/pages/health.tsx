import { Button, Menu, Modal, NumberInput, Select, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconBellOff, IconDots, IconUserCheck } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { Link } from 'react-router'
import { type HealthFinding, useHealth, useSilence, useTake } from '../api/health.ts'
import { useSession } from '../api/queries.ts'
import { Chips, cell, Pager, Table, totalOf, useView } from '../parts/list.tsx'
import { Code, Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { State, type Tone } from '../parts/state.tsx'
import { exact, When } from '../parts/when.tsx'

const SEVERITY: Record<HealthFinding['severity'], { tone: Tone; word: string }> = {
  stop: { tone: 'stopped', word: 'Stops stock' },
  risk: { tone: 'stuck', word: 'At risk' },
  note: { tone: 'unknown', word: 'To know' },
}

/** What is wrong, since when, what it costs, and what to press. What is over is kept. */
export function Health() {
  const view = useView()
  const state = view.get('state') === 'over' ? 'over' : 'open'
  const findings = useHealth({ state, code: view.get('code'), shop: view.get('shop'), page: view.page })
  return (
    <>
      <PageHead
        title="Health"
        note={findings.data && totalOf(findings.data)}
        lead="What is wrong, worst first. A finding ends by itself when its cause does."
      />
      <Panel title="Findings" isFlush>
        <div className={cell.toolbar}>
          <Chips
            label="Which findings"
            value={state}
            options={[
              { value: 'open', label: 'Open' },
              { value: 'over', label: 'Over' },
            ]}
            onChange={to => view.set({ state: to })}
          />
          {findings.data && (
            <span className={cell.dim}>
              Looked at everything <When at={findings.data.lookedAt} />
            </span>
          )}
        </div>
        <Shown of={findings}>
          {page =>
            page.rows.length === 0 ? (
              <Nothing state={state} lookedAt={page.lookedAt} />
            ) : (
              <>
                <List rows={page.rows} />
                <Pager of={page} onPage={to => view.set({ page: String(to) })} />
              </>
            )
          }
        </Shown>
      </Panel>
    </>
  )
}

function Nothing({ state, lookedAt }: { state: 'open' | 'over'; lookedAt: string | null }) {
  if (state === 'over') return <Empty title="Nothing was found yet">What was wrong and is not any more stands here.</Empty>
  if (lookedAt === null)
    return <Empty title="Not looked at yet">A few seconds after the start everything is looked at for the first time.</Empty>
  return <Empty title="Nothing is wrong">Sources, folders, jobs, shops, permissions, links and the ledger were looked at.</Empty>
}

function List({ rows }: { rows: readonly HealthFinding[] }) {
  return (
    <Table
      label="Findings"
      head={
        <tr>
          <th className={cell.narrowHidden}>Weight</th>
          <th className={cell.wide}>What</th>
          <th className={`${cell.right} ${cell.narrowHidden}`}>Units at risk</th>
          <th className={cell.right}>Since</th>
          <th>
            <span className="sr-only">Next</span>
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
            {row.evidence} <Code code={row.code} />
            <div className={cell.dim}>{saidOf(row)}</div>
          </td>
          <td className={`${cell.right} ${cell.narrowHidden}`}>{row.unitsAtRisk === null ? '' : whole(row.unitsAtRisk)}</td>
          <td className={`${cell.right} ${cell.nowrap}`}>
            <When at={row.since} style="age" />
            {row.endedAt !== null && (
              <div className={cell.dim}>
                over <When at={row.endedAt} />
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
  const above = silencedAboveUnits === null ? '' : ` while no more than ${whole(silencedAboveUnits)} units are at risk`
  return [
    takenBy === null ? '' : `${takenBy} sees to it${note ? `: “${note}”` : ''}`,
    isSilent ? `Silenced by ${silencedBy} until ${exact(silencedUntil)}${above}: “${silencedReason}”` : '',
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
            <Button size="xs" variant="default" px={8} aria-label={`More for ${finding.code} ${finding.subject}`}>
              <IconDots size={16} aria-hidden />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconUserCheck size={16} />} onClick={taking.open}>
              I see to it …
            </Menu.Item>
            <Menu.Item leftSection={<IconBellOff size={16} />} onClick={silencing.open}>
              Silence …
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <TakeDialog finding={finding} isOpen={isTaking} close={taking.close} />
      <SilenceDialog finding={finding} isOpen={isSilencing} close={silencing.close} />
    </div>
  )
}

type Dialog = { finding: HealthFinding; isOpen: boolean; close: () => void }

function TakeDialog({ finding, isOpen, close }: Dialog) {
  const take = useTake()
  const [note, setNote] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    take.mutate({ findingId: finding.findingId, note }, { onSuccess: close })
  }
  return (
    <Modal opened={isOpen} onClose={close} title={`See to ${finding.code}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <TextInput label="A note for the others" value={note} onChange={event => setNote(event.currentTarget.value)} data-autofocus />
        <Trouble error={take.error} />
        <Button type="submit" mt="md" loading={take.isPending}>
          I see to it
        </Button>
      </form>
    </Modal>
  )
}

const HOUR_MS = 3_600_000
const TIMES = [
  { value: '1', label: 'One hour' },
  { value: '4', label: 'Four hours' },
  { value: '24', label: 'One day' },
  { value: '168', label: 'One week' },
]

function SilenceDialog({ finding, isOpen, close }: Dialog) {
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
    <Modal opened={isOpen} onClose={close} title={`Silence ${finding.code}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <Select label="For" data={TIMES} value={hours} onChange={setHours} allowDeselect={false} />
        <NumberInput
          label="Only while no more units are at risk than"
          min={0}
          value={aboveUnits}
          onChange={value => setAboveUnits(value === '' ? '' : Number(value))}
        />
        <TextInput label="Why" value={reason} onChange={event => setReason(event.currentTarget.value)} required />
        <Trouble error={silence.error} />
        <Button type="submit" mt="md" loading={silence.isPending} disabled={reason.trim() === ''}>
          Silence it
        </Button>
      </form>
    </Modal>
  )
}
