import { Button, Modal, NativeSelect, PasswordInput, Switch, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { type Recipient, type RecipientGiven, useAlerts, useRemoveRecipient, useSetRecipient, useTestRecipient } from '../api/health.ts'
import { useSession } from '../api/queries.ts'
import { cell, Table } from '../parts/list.tsx'
import { Code, Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'

const KIND = { email: 'Mail', webhook: 'Webhook', slack: 'Slack' }
const LEAST = { stop: 'what stops stock', risk: 'what stops stock or puts it at risk', note: 'everything' }
const HOURS = Array.from({ length: 24 }, (_, hour) => ({ value: String(hour), label: `${String(hour).padStart(2, '0')}:00` }))

/** Who is told when something is wrong, still wrong, and over again, and what became of each message. */
export function Alerts() {
  const alerts = useAlerts()
  const session = useSession()
  const [isAdding, adding] = useDisclosure(false)
  return (
    <>
      <PageHead
        title="Alerts"
        lead="Who is told when something is wrong, while it lasts, and when it is over."
        actions={
          session.data?.role === 'admin' && (
            <Button size="sm" leftSection={<IconPlus size={16} aria-hidden />} onClick={adding.open}>
              Add a recipient
            </Button>
          )
        }
      />
      <Shown of={alerts}>
        {({ recipients, sent, canMail }) => (
          <div style={{ display: 'grid', gap: 16 }}>
            {!canMail && recipients.some(one => one.kind === 'email') && (
              <p>
                No mail server is set, so mails stay on their way. <Code code="ALERT_NO_MAIL_SERVER" />
              </p>
            )}
            <Panel title="Recipients" isFlush>
              {recipients.length === 0 ? (
                <Empty title="Nobody is told of anything">
                  Add somebody by mail, a webhook or Slack; a test message shows whether it arrives.
                </Empty>
              ) : (
                <Recipients rows={recipients} />
              )}
            </Panel>
            <Panel title="Messages" note="newest first" isFlush>
              {sent.length === 0 ? (
                <Empty title="Nothing was sent yet">Each message stands here with what became of it.</Empty>
              ) : (
                <Table
                  label="Messages"
                  head={
                    <tr>
                      <th>State</th>
                      <th className={cell.wide}>Message</th>
                      <th className={cell.narrowHidden}>To</th>
                      <th className={cell.right}>When</th>
                    </tr>
                  }
                >
                  {sent.map(one => (
                    <tr key={one.alertId}>
                      <td>{sentState(one)}</td>
                      <td>
                        {one.subject}
                        {one.reason && (
                          <div>
                            {one.reason} {one.code && <Code code={one.code} />}
                          </div>
                        )}
                      </td>
                      <td className={cell.narrowHidden}>{one.recipient}</td>
                      <td className={cell.right}>
                        <When at={one.sentAt ?? one.madeAt} />
                      </td>
                    </tr>
                  ))}
                </Table>
              )}
            </Panel>
          </div>
        )}
      </Shown>
      <RecipientDialog key={String(isAdding)} isOpen={isAdding} close={adding.close} />
    </>
  )
}

function sentState({ sentAt, givenUpAt, code }: { sentAt: string | null; givenUpAt: string | null; code: string | null }) {
  if (sentAt !== null) return <State tone="ok" word="Sent" isQuiet />
  if (givenUpAt !== null) return <State tone="stopped" word="Given up" isQuiet />
  return code === null ? <State tone="working" word="On its way" isQuiet /> : <State tone="stuck" word="Tried again" isQuiet />
}

function Recipients({ rows }: { rows: readonly Recipient[] }) {
  return (
    <Table
      label="Recipients"
      head={
        <tr>
          <th className={cell.wide}>Who</th>
          <th className={cell.narrowHidden}>Told of</th>
          <th className={cell.narrowHidden}>Quiet</th>
          <th className={cell.right}>Last told</th>
          <th>
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      }
    >
      {rows.map(row => (
        <tr key={row.recipientId}>
          <td>
            <b>{row.name}</b> <span className={cell.dim}>{row.isOn ? KIND[row.kind] : 'switched off'}</span>
            <div className={cell.dim}>{row.address}</div>
            {row.lastCode && (
              <div>
                {row.lastReason} <Code code={row.lastCode} />
              </div>
            )}
          </td>
          <td className={cell.narrowHidden}>
            {LEAST[row.severityLeast]}
            <div className={cell.dim}>
              {[row.shops?.join(', '), row.feeds?.join(', '), row.dailyHour === null ? null : `daily at ${row.dailyHour}:00`]
                .filter(Boolean)
                .join(' · ')}
            </div>
          </td>
          <td className={cell.narrowHidden}>
            {row.quietFrom === null || row.quietTo === null ? '' : `${row.quietFrom}:00 to ${row.quietTo}:00 (${row.timeZone})`}
          </td>
          <td className={cell.right}>
            <When at={row.lastSentAt} />
          </td>
          <td className={cell.right}>
            <RecipientActions recipient={row} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

function RecipientActions({ recipient }: { recipient: Recipient }) {
  const session = useSession()
  const test = useTestRecipient()
  const remove = useRemoveRecipient()
  const [isEditing, editing] = useDisclosure(false)
  if (session.data?.role === 'viewer') return null
  return (
    <>
      <div style={{ display: 'inline-flex', gap: 4 }}>
        <Button size="xs" variant="default" onClick={() => test.mutate(recipient.name)} aria-label={`Send ${recipient.name} a test`}>
          {test.isSuccess ? 'Test is on its way' : 'Send a test'}
        </Button>
        {session.data?.role === 'admin' && (
          <>
            <Button size="xs" variant="default" onClick={editing.open} aria-label={`Change ${recipient.name}`}>
              Change
            </Button>
            <Button size="xs" variant="default" onClick={() => remove.mutate(recipient.name)} aria-label={`Remove ${recipient.name}`}>
              Remove
            </Button>
          </>
        )}
      </div>
      <Trouble error={test.error ?? remove.error} />
      <RecipientDialog key={String(isEditing)} before={recipient} isOpen={isEditing} close={editing.close} />
    </>
  )
}

const NEW: RecipientGiven = {
  ...{ name: '', kind: 'email', address: '', severityLeast: 'risk', shops: null, feeds: null },
  ...{ quietFrom: null, quietTo: null, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, dailyHour: null, isOn: true },
}

function RecipientDialog({ before, isOpen, close }: { before?: Recipient; isOpen: boolean; close: () => void }) {
  const save = useSetRecipient()
  const [given, setGiven] = useState<RecipientGiven>(() => (before === undefined ? NEW : givenOf(before)))
  const [secret, setSecret] = useState('')
  const set = (change: Partial<RecipientGiven>) => setGiven(now => ({ ...now, ...change }))
  function submit(event: FormEvent) {
    event.preventDefault()
    save.mutate({ ...given, ...(secret === '' ? {} : { secret }) }, { onSuccess: close })
  }
  const isMail = given.kind === 'email'
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={before === undefined ? 'Add a recipient' : `Change ${before.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
        <TextInput
          label="Name"
          value={given.name}
          onChange={event => set({ name: event.currentTarget.value })}
          disabled={before !== undefined}
          required
          data-autofocus
        />
        <NativeSelect
          label="By"
          value={given.kind}
          onChange={event => set({ kind: event.currentTarget.value as RecipientGiven['kind'] })}
          data={Object.entries(KIND).map(([value, label]) => ({ value, label }))}
        />
        <TextInput
          label={isMail ? 'Mail address' : 'Web address'}
          value={given.address}
          onChange={event => set({ address: event.currentTarget.value })}
          required
        />
        {given.kind === 'webhook' && (
          <PasswordInput
            label="Secret that signs"
            description={
              before?.hasSecret ? 'Nothing: as it is.' : 'Sixteen characters or more; the receiver checks with it that a message is ours.'
            }
            value={secret}
            onChange={event => setSecret(event.currentTarget.value)}
            autoComplete="off"
          />
        )}
        <NativeSelect
          label="Told of"
          value={given.severityLeast}
          onChange={event => set({ severityLeast: event.currentTarget.value as NonNullable<RecipientGiven['severityLeast']> })}
          data={Object.entries(LEAST).map(([value, label]) => ({ value, label }))}
        />
        <Hour label="Quiet from" value={given.quietFrom ?? null} onChange={quietFrom => set({ quietFrom })} />
        <Hour label="Quiet to" value={given.quietTo ?? null} onChange={quietTo => set({ quietTo })} />
        <Hour label="Daily mail at" value={given.dailyHour ?? null} onChange={dailyHour => set({ dailyHour })} />
        <TextInput label="Time zone" value={given.timeZone} onChange={event => set({ timeZone: event.currentTarget.value })} />
        <Switch label="Is told" checked={given.isOn ?? true} onChange={event => set({ isOn: event.currentTarget.checked })} />
        <Trouble error={save.error} />
        <Button type="submit" loading={save.isPending}>
          Save
        </Button>
      </form>
    </Modal>
  )
}

function Hour({ label, value, onChange }: { label: string; value: number | null; onChange: (hour: number | null) => void }) {
  return (
    <NativeSelect
      label={label}
      value={value === null ? '' : String(value)}
      onChange={event => onChange(event.currentTarget.value === '' ? null : Number(event.currentTarget.value))}
      data={[{ value: '', label: 'Never' }, ...HOURS]}
    />
  )
}

function givenOf({ recipientId, hasSecret, lastSentAt, lastCode, lastReason, ...given }: Recipient): RecipientGiven {
  return given
}
