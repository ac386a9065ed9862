import { Button, NativeSelect, PasswordInput, Switch, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { type Recipient, type RecipientGiven, useAlerts, useRemoveRecipient, useSetRecipient, useTestRecipient } from '../api/health.ts'
import { useSession } from '../api/queries.ts'
import { AskSure } from '../parts/ask.tsx'
import { Export } from '../parts/export.tsx'
import { cell, Table } from '../parts/list.tsx'
import { timeZoneNow } from '../parts/mine.ts'
import { DialogEnd, Modal } from '../parts/modal.tsx'
import { Code, Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { withCounts } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { alerts as texts } from '../texts/alerts.ts'

const KIND = { email: texts.mail, webhook: texts.webhook, slack: texts.slack }
const LEAST = { stop: texts.whatStopsStock, risk: texts.whatStopsStockOrPutsItAt, note: texts.everything }
const HOURS = Array.from({ length: 24 }, (_, hour) => ({ value: String(hour), label: `${String(hour).padStart(2, '0')}:00` }))

/** Who is told when something is wrong, still wrong, and over again, and what became of each message. */
export function Alerts() {
  const alerts = useAlerts()
  const session = useSession()
  const [isAdding, adding] = useDisclosure(false)
  return (
    <>
      <PageHead
        title={texts.alerts}
        lead={texts.whoIsToldWhenSomethingIsWrong}
        actions={
          session.data?.role === 'admin' && (
            <Button size="sm" leftSection={<IconPlus size={16} aria-hidden />} onClick={adding.open}>
              {texts.addARecipient}
            </Button>
          )
        }
      />
      <Shown of={alerts}>
        {({ recipients, sent, canMail }) => (
          <div style={{ display: 'grid', gap: 16 }}>
            {!canMail && recipients.some(one => one.kind === 'email') && (
              <p>
                {texts.noMailServerIsSetSoMails} <Code code="ALERT_NO_MAIL_SERVER" />
              </p>
            )}
            <Panel title={texts.recipients} actions={<Export path="/alerts" what={texts.recipients} />} isFlush>
              {recipients.length === 0 ? (
                <Empty title={texts.nobodyIsToldOfAnything}>{texts.addSomebodyByMailAWebhookOr}</Empty>
              ) : (
                <Recipients rows={recipients} />
              )}
            </Panel>
            <Panel title={texts.messages} note={texts.newestFirst} actions={<Export path="/alerts/sent" what={texts.messages} />} isFlush>
              {sent.length === 0 ? (
                <Empty title={texts.nothingWasSentYet}>{texts.eachMessageStandsHereWithWhatBecame}</Empty>
              ) : (
                <Table
                  label={texts.messages}
                  head={
                    <tr>
                      <th>{texts.state}</th>
                      <th className={cell.wide}>{texts.message}</th>
                      <th className={cell.narrowHidden}>{texts.to}</th>
                      <th className={cell.right}>{texts.when}</th>
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
                            {withCounts(one.reason)} {one.code && <Code code={one.code} />}
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
      {isAdding && <RecipientDialog close={adding.close} />}
    </>
  )
}

function sentState({ sentAt, givenUpAt, code }: { sentAt: string | null; givenUpAt: string | null; code: string | null }) {
  if (sentAt !== null) return <State tone="ok" word={texts.sent} isQuiet />
  if (givenUpAt !== null) return <State tone="stopped" word={texts.givenUp} isQuiet />
  return code === null ? <State tone="working" word={texts.onItsWay} isQuiet /> : <State tone="stuck" word={texts.triedAgain} isQuiet />
}

function Recipients({ rows }: { rows: readonly Recipient[] }) {
  return (
    <Table
      label={texts.recipients}
      head={
        <tr>
          <th className={cell.wide}>{texts.who}</th>
          <th className={cell.narrowHidden}>{texts.toldOf}</th>
          <th className={cell.narrowHidden}>{texts.quiet}</th>
          <th className={cell.right}>{texts.lastTold}</th>
          <th>
            <span className="sr-only">{texts.actions}</span>
          </th>
        </tr>
      }
    >
      {rows.map(row => (
        <tr key={row.recipientId}>
          <td>
            <b>{row.name}</b> <span className={cell.dim}>{row.isOn ? KIND[row.kind] : texts.switchedOff}</span>
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
              {[row.shops?.join(', '), row.feeds?.join(', '), row.dailyHour === null ? null : texts.dailyAt00(row.dailyHour)]
                .filter(Boolean)
                .join(' · ')}
            </div>
          </td>
          <td className={cell.narrowHidden}>
            {row.quietFrom === null || row.quietTo === null ? '' : texts.text00To00(row.quietFrom, row.quietTo, row.timeZone)}
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
      <div className={cell.deeds}>
        <Button size="xs" variant="default" onClick={() => test.mutate(recipient.name)} aria-label={texts.sendATest(recipient.name)}>
          {test.isSuccess ? texts.testIsOnItsWay : texts.sendATest2}
        </Button>
        {session.data?.role === 'admin' && (
          <>
            <Button size="xs" variant="default" onClick={editing.open} aria-label={texts.change(recipient.name)}>
              {texts.change2}
            </Button>
            <AskSure
              label={texts.remove2}
              name={texts.remove(recipient.name)}
              confirm={texts.remove2}
              deed={remove}
              onSure={done => remove.mutate(recipient.name, done)}
            >
              {texts.isToldOfNothingAnyMore(recipient.name)}
            </AskSure>
          </>
        )}
      </div>
      <Trouble error={test.error} />
      {isEditing && <RecipientDialog before={recipient} close={editing.close} />}
    </>
  )
}

const NEW: RecipientGiven = {
  ...{ name: '', kind: 'email', address: '', severityLeast: 'risk', shops: null, feeds: null },
  ...{ quietFrom: null, quietTo: null, timeZone: timeZoneNow(), dailyHour: null, isOn: true },
}

function RecipientDialog({ before, close }: { before?: Recipient; close: () => void }) {
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
      onClose={close}
      title={before === undefined ? texts.addARecipient : texts.change(before.name)}
      closeButtonProps={{ 'aria-label': texts.close }}
    >
      <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
        <TextInput
          label={texts.name}
          value={given.name}
          onChange={event => set({ name: event.currentTarget.value })}
          disabled={before !== undefined}
          required
          data-autofocus={before === undefined || undefined}
        />
        <NativeSelect
          label={texts.by}
          value={given.kind}
          onChange={event => set({ kind: event.currentTarget.value as RecipientGiven['kind'] })}
          data={Object.entries(KIND).map(([value, label]) => ({ value, label }))}
        />
        <TextInput
          label={isMail ? texts.mailAddress : texts.webAddress}
          value={given.address}
          onChange={event => set({ address: event.currentTarget.value })}
          required
          data-autofocus={before !== undefined || undefined}
        />
        {given.kind === 'webhook' && (
          <PasswordInput
            label={texts.secretThatSigns}
            description={before?.hasSecret ? texts.nothingAsItIs : texts.sixteenCharactersOrMoreTheReceiver}
            value={secret}
            onChange={event => setSecret(event.currentTarget.value)}
            autoComplete="off"
          />
        )}
        <NativeSelect
          label={texts.toldOf}
          value={given.severityLeast}
          onChange={event => set({ severityLeast: event.currentTarget.value as NonNullable<RecipientGiven['severityLeast']> })}
          data={Object.entries(LEAST).map(([value, label]) => ({ value, label }))}
        />
        <Hour label={texts.quietFrom} value={given.quietFrom ?? null} onChange={quietFrom => set({ quietFrom })} />
        <Hour label={texts.quietTo} value={given.quietTo ?? null} onChange={quietTo => set({ quietTo })} />
        <Hour label={texts.dailyMailAt} value={given.dailyHour ?? null} onChange={dailyHour => set({ dailyHour })} />
        <TextInput label={texts.timeZone} value={given.timeZone} onChange={event => set({ timeZone: event.currentTarget.value })} />
        <Switch label={texts.isTold} checked={given.isOn ?? true} onChange={event => set({ isOn: event.currentTarget.checked })} />
        <Trouble error={save.error} />
        <DialogEnd close={close} confirm={texts.save} deed={save} />
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
      data={[{ value: '', label: texts.never }, ...HOURS]}
    />
  )
}

function givenOf({ recipientId, hasSecret, lastSentAt, lastCode, lastReason, ...given }: Recipient): RecipientGiven {
  return given
}
