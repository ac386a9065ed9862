import { NativeSelect, NumberInput, Switch, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { type ReportTarget, useSetReportTarget } from '../api/ledger.ts'
import { DialogEnd, Modal } from '../parts/modal.tsx'
import { Trouble } from '../parts/nothing.tsx'
import { reportTarget as texts } from '../texts/report-target.ts'

type Kind = ReportTarget['kind']

/** Where files of a kind go, and how often; in force at once, and in the audit log. */
export function ReportTargetDialog({
  kinds,
  targets,
  close,
}: {
  kinds: Readonly<Record<Kind, string>>
  targets: readonly ReportTarget[]
  close: () => void
}) {
  const set = useSetReportTarget()
  const [kind, setKind] = useState<Kind>(targets[0]?.kind ?? 'variances')
  const [fields, setFields] = useState(() => startOf(targets, kind))
  const change = (part: Partial<typeof fields>) => setFields(before => ({ ...before, ...part }))
  function submit(event: FormEvent) {
    event.preventDefault()
    set.mutate({ kind, ...fields, home: fields.home.trim(), folder: fields.folder.trim() }, { onSuccess: close })
  }
  return (
    <Modal onClose={close} title={texts.title} size="lg" closeButtonProps={{ 'aria-label': texts.cancel }}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
        <NativeSelect
          label={texts.kind}
          value={kind}
          data={Object.entries(kinds).map(([value, label]) => ({ value, label }))}
          onChange={event => {
            const next = event.currentTarget.value as Kind
            setKind(next)
            setFields(startOf(targets, next))
          }}
        />
        <TextInput
          label={texts.home}
          description={texts.homeNote}
          required
          value={fields.home}
          onChange={event => change({ home: event.currentTarget.value })}
        />
        <TextInput
          label={texts.folder}
          description={texts.folderNote}
          required
          value={fields.folder}
          onChange={event => change({ folder: event.currentTarget.value })}
        />
        <NumberInput
          label={texts.every}
          min={0}
          max={10_080}
          allowDecimal={false}
          required
          value={fields.everyMinutes}
          onChange={value => change({ everyMinutes: Number(value) || 0 })}
        />
        <Switch label={texts.isOn} checked={fields.isEnabled} onChange={event => change({ isEnabled: event.currentTarget.checked })} />
        <Trouble error={set.error} />
        <DialogEnd close={close} confirm={texts.confirm} deed={set} />
      </form>
    </Modal>
  )
}

const EVERY_MINUTES = 15

function startOf(targets: readonly ReportTarget[], kind: Kind) {
  const { home = 'erp', folder = kind, isEnabled = true, everyMinutes = EVERY_MINUTES } = targets.find(one => one.kind === kind) ?? {}
  return { home, folder, isEnabled, everyMinutes }
}
