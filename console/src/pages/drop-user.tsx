import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { type DropServer, usePutDropUser } from '../api/feeds.ts'
import { Copied } from '../parts/copied.tsx'
import { Trouble } from '../parts/nothing.tsx'
import { Facts } from '../parts/panel.tsx'
import { sources as texts } from '../texts/sources.ts'
import classes from './feeds.module.css'

/** What a person types to come in; the client asks for the password, or shows its key. */
export const sftpCommand = ({ host, port }: Pick<DropServer, 'host' | 'port'>, user: string) => `sftp -P ${port} ${user}@${host}`

/** Gives a sender a user of the built-in server, by password or by key, and everything that they have to be told, once. */
export function NewDropUser({ server }: { server: DropServer }) {
  const put = usePutDropUser()
  const [made, setMade] = useState<{ name: string; password: string | null } | null>(null)
  const [name, setName] = useState('')
  const [home, setHome] = useState(server.users[0]?.home ?? 'erp')
  const [proof, setProof] = useState<'password' | 'key'>('password')
  const [publicKey, setPublicKey] = useState('')
  const isKnown = server.users.some(user => user.name === name.trim())
  function submit(event: FormEvent) {
    event.preventDefault()
    const password = proof === 'password' ? newPassword() : null
    const body = { name: name.trim(), home: home.trim(), ...(password === null ? { publicKeys: [publicKey.trim()] } : { password }) }
    put.mutate(body, {
      onSuccess() {
        setMade({ name: body.name, password })
        setName('')
        setPublicKey('')
      },
    })
  }
  return (
    <>
      {made && <ToBeTold server={server} {...made} />}
      <h3>{texts.giveASenderAUser}</h3>
      <form onSubmit={submit} className={classes.form}>
        <TextInput
          label={texts.userName}
          required
          autoComplete="off"
          pattern="[A-Za-z0-9_][A-Za-z0-9_.@\-]*"
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        <TextInput
          label={texts.homeFolder}
          description={texts.homeFolderNote}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          required
          value={home}
          onChange={event => setHome(event.currentTarget.value)}
        />
        <NativeSelect
          label={texts.comesInBy}
          value={proof}
          onChange={event => setProof(event.currentTarget.value === 'key' ? 'key' : 'password')}
          data={[
            { value: 'password', label: texts.aPasswordMadeHere },
            { value: 'key', label: texts.theirPublicKey },
          ]}
        />
        {proof === 'key' && (
          <Textarea
            label={texts.publicKey}
            placeholder={texts.aPublicKeyForExample}
            required
            autosize
            minRows={2}
            maxRows={6}
            className={classes.whole}
            value={publicKey}
            onChange={event => setPublicKey(event.currentTarget.value)}
          />
        )}
        <div className={classes.whole}>
          {isKnown && <p>{proof === 'key' ? texts.itsKeysArePutInThePlace(name.trim()) : texts.itGetsANewPassword(name.trim())}</p>}
          <Trouble error={put.error} />
          <Button type="submit" variant="default" loading={put.isPending}>
            {texts.makeTheUser}
          </Button>
        </div>
      </form>
    </>
  )
}

function ToBeTold({ server, name, password }: { server: DropServer; name: string; password: string | null }) {
  return (
    <div role="status">
      <h3>{texts.tellThem(name)}</h3>
      <Facts
        facts={[
          [texts.command, <Copied key="command" text={sftpCommand(server, name)} what={texts.theCommand} />],
          password === null ? null : [texts.password2, <Copied key="password" text={password} what={texts.thePassword} />],
        ]}
      />
      {password !== null && <p>{texts.shownThisOnce}</p>}
    </div>
  )
}

const PASSWORD_BYTES = 18

/** Made in this browser and sent to the server alone, which keeps only what it is checked by. */
function newPassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(PASSWORD_BYTES))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}
