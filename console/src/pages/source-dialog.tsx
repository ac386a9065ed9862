import { NativeSelect, NumberInput, PasswordInput, Switch, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { type Source, useAddSource } from '../api/feeds.ts'
import { DialogEnd, Modal } from '../parts/modal.tsx'
import { Trouble } from '../parts/nothing.tsx'
import { sources as texts } from '../texts/sources.ts'
import classes from './feeds.module.css'

/** Declares a server that files are fetched from, or changes one. A secret that is left out stays; none is ever shown. */
export function SourceDialog({ source, close }: { source?: Source; close: () => void }) {
  const add = useAddSource()
  const [fields, setFields] = useState({
    ...{ name: source?.name ?? '', host: source?.host ?? '', port: source?.port ?? 22, user: source?.user ?? '' },
    ...{ proof: source?.proof ?? ('password' as Source['proof']), secret: '', passphrase: '', root: source?.root ?? '/' },
    ...{ lookEverySeconds: source?.lookEverySeconds ?? 15, isEnabled: source?.isEnabled ?? true },
  })
  const set = (changes: Partial<typeof fields>) => setFields(before => ({ ...before, ...changes }))
  const text = (name: 'name' | 'host' | 'user' | 'proof' | 'secret' | 'passphrase' | 'root') => ({
    value: fields[name],
    onChange: (event: { currentTarget: { value: string } }) => set({ [name]: event.currentTarget.value }),
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    const { secret, passphrase, ...settings } = fields
    const limits = source && {
      connectSeconds: source.connectSeconds,
      idleSeconds: source.idleSeconds,
      overallSeconds: source.overallSeconds,
    }
    const secrets = { ...(secret === '' ? {} : { secret }), ...(passphrase === '' ? {} : { passphrase }) }
    add.mutate({ ...settings, ...limits, ...secrets }, { onSuccess: close })
  }
  const kept = source && source.proof === fields.proof ? texts.leftEmptyTheOneThatIsKept : texts.keptSealedAndNeverShownAgain
  return (
    <Modal onClose={close} title={source ? texts.change(source.name) : texts.addASource} size="lg">
      <form onSubmit={submit} className={classes.form}>
        <TextInput
          label={texts.name}
          required
          disabled={source !== undefined}
          data-autofocus={source === undefined || undefined}
          {...text('name')}
        />
        <TextInput label={texts.host} required data-autofocus={source !== undefined || undefined} {...text('host')} />
        <NumberInput
          label={texts.port}
          required
          min={1}
          max={65_535}
          value={fields.port}
          onChange={value => set({ port: Number(value) || 22 })}
        />
        <TextInput label={texts.user} required autoComplete="off" {...text('user')} />
        <NativeSelect
          label={texts.comesInBy}
          data={[
            { value: 'password', label: texts.password },
            { value: 'key', label: texts.privateKey },
            { value: 'agent', label: texts.sshAgentOfThisMachine },
          ]}
          {...text('proof')}
        />
        {fields.proof === 'password' && (
          <PasswordInput label={texts.password2} description={kept} autoComplete="new-password" {...text('secret')} />
        )}
        {fields.proof === 'key' && (
          <>
            <Textarea
              label={texts.privateKey2}
              description={kept}
              autosize
              minRows={3}
              maxRows={8}
              className={classes.whole}
              {...text('secret')}
            />
            <PasswordInput label={texts.itsPassphrase} autoComplete="new-password" {...text('passphrase')} />
          </>
        )}
        <TextInput label={texts.highestFolder} description={texts.nothingAboveItIsLookedAt} {...text('root')} />
        <NumberInput
          label={texts.lookedAtEverySoManySeconds}
          description={texts.unlessASchedule}
          min={1}
          value={fields.lookEverySeconds}
          onChange={value => set({ lookEverySeconds: Number(value) || 15 })}
        />
        <Switch
          label={texts.itIsLookedAt}
          checked={fields.isEnabled}
          onChange={event => set({ isEnabled: event.currentTarget.checked })}
          mt="xl"
        />
        <div className={classes.whole}>
          <Trouble error={add.error} />
          <DialogEnd close={close} confirm={source ? texts.changeTheSource : texts.addTheSource} deed={add} />
        </div>
      </form>
    </Modal>
  )
}
