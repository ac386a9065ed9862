import { Button, Group, Modal, NativeSelect, NumberInput, PasswordInput, Switch, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { type Source, useAddSource } from '../api/feeds.ts'
import { Trouble } from '../parts/nothing.tsx'
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
  const kept = source && source.proof === fields.proof ? 'Left empty: the one that is kept.' : 'Kept sealed, and never shown again.'
  return (
    <Modal opened onClose={close} title={source ? `Change ${source.name}` : 'Add a source'} size="lg">
      <form onSubmit={submit} className={classes.form}>
        <TextInput label="Name" required disabled={source !== undefined} data-autofocus {...text('name')} />
        <TextInput label="Host" required {...text('host')} />
        <NumberInput
          label="Port"
          required
          min={1}
          max={65_535}
          value={fields.port}
          onChange={value => set({ port: Number(value) || 22 })}
        />
        <TextInput label="User" required autoComplete="off" {...text('user')} />
        <NativeSelect
          label="Comes in by"
          data={[
            { value: 'password', label: 'password' },
            { value: 'key', label: 'private key' },
            { value: 'agent', label: 'SSH agent of this machine' },
          ]}
          {...text('proof')}
        />
        {fields.proof === 'password' && (
          <PasswordInput label="Password" description={kept} autoComplete="new-password" {...text('secret')} />
        )}
        {fields.proof === 'key' && (
          <>
            <Textarea
              label="Private key"
              description={kept}
              autosize
              minRows={3}
              maxRows={8}
              className={classes.whole}
              {...text('secret')}
            />
            <PasswordInput label="Its passphrase" autoComplete="new-password" {...text('passphrase')} />
          </>
        )}
        <TextInput label="Highest folder" description="Nothing above it is looked at" {...text('root')} />
        <NumberInput
          label="Looked at every so many seconds"
          min={1}
          value={fields.lookEverySeconds}
          onChange={value => set({ lookEverySeconds: Number(value) || 15 })}
        />
        <Switch
          label="It is looked at"
          checked={fields.isEnabled}
          onChange={event => set({ isEnabled: event.currentTarget.checked })}
          mt="xl"
        />
        <div className={classes.whole}>
          <Trouble error={add.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={add.isPending}>
              {source ? 'Change the source' : 'Add the source'}
            </Button>
          </Group>
        </div>
      </form>
    </Modal>
  )
}
