import { Button, NativeSelect, PasswordInput, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import {
  type PersonInList,
  type Role,
  useAddPerson,
  useNewPassword,
  useOwnPassword,
  usePeople,
  useRemovePerson,
  useSetRole,
  useSignOutEverywhere,
  useSignOutPerson,
} from '../api/people.ts'
import { useSession } from '../api/queries.ts'
import { AskSure } from '../parts/ask.tsx'
import { Export } from '../parts/export.tsx'
import { cell, Table } from '../parts/list.tsx'
import { DialogEnd, Modal } from '../parts/modal.tsx'
import { Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { Once } from '../parts/once.tsx'
import { PageHead, Panel } from '../parts/panel.tsx'
import { When } from '../parts/when.tsx'
import { people as texts } from '../texts/people.ts'
import { ROLE_NAMES, ROLES } from './roles.ts'
import { MakeToken, Tokens } from './tokens.tsx'

/** Who may come in and as what, the tokens of programs, and one's own password. */
export function Users() {
  const session = useSession()
  return (
    <>
      <PageHead title={texts.users} lead={texts.whoMayComeInAndAsWhat} />
      <div style={{ display: 'grid', gap: 16 }}>
        {session.data?.role === 'admin' && <Everybody />}
        <OwnPassword />
        <OwnSessions />
      </div>
    </>
  )
}

function Everybody() {
  const people = usePeople()
  const [isAdding, adding] = useDisclosure(false)
  const [isMaking, making] = useDisclosure(false)
  return (
    <Shown of={people}>
      {({ people: rows, tokens }) => (
        <>
          <Panel
            title={texts.people}
            note={texts.whatRolesMay}
            actions={
              <>
                <Export path="/people" what={texts.people} />
                <Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={adding.open}>
                  {texts.addAPerson}
                </Button>
              </>
            }
            isFlush
          >
            <People rows={rows} />
          </Panel>
          <Panel
            title={texts.tokensOfPrograms}
            actions={
              <>
                <Export path="/people" query={{ of: 'tokens' }} what={texts.tokensOfPrograms} />
                <Button size="xs" variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={making.open}>
                  {texts.makeAToken}
                </Button>
              </>
            }
            isFlush
          >
            {tokens.length === 0 ? (
              <Empty title={texts.noProgramHasAToken}>{texts.aProgramShowsItsTokenAsA}</Empty>
            ) : (
              <Tokens rows={tokens} />
            )}
          </Panel>
          {isAdding && <AddPerson close={adding.close} />}
          {isMaking && <MakeToken close={making.close} />}
        </>
      )}
    </Shown>
  )
}

function People({ rows }: { rows: readonly PersonInList[] }) {
  const setRole = useSetRole()
  return (
    <>
      <Table
        label={texts.people}
        head={
          <tr>
            <th className={cell.wide}>{texts.name}</th>
            <th>{texts.role}</th>
            <th className={`${cell.right} ${cell.narrowHidden} ${cell.mediumHidden}`}>{texts.signedInLast}</th>
            <th>
              <span className="sr-only">{texts.actions}</span>
            </th>
          </tr>
        }
      >
        {rows.map(row => (
          <tr key={row.name}>
            <td>
              <b>{row.name}</b> {row.isBySignOn && <span className={cell.dim}>{texts.comesBySignOn}</span>}
            </td>
            <td>
              <NativeSelect
                size="xs"
                miw={110}
                aria-label={texts.roleOf(row.name)}
                value={row.role}
                onChange={event => setRole.mutate({ name: row.name, role: event.currentTarget.value as Role })}
                data={ROLE_NAMES}
              />
            </td>
            <td className={`${cell.right} ${cell.narrowHidden} ${cell.mediumHidden}`}>
              <When at={row.signedInAt} />
            </td>
            <td className={cell.right}>
              <div className={cell.deeds}>
                <PersonActions person={row} />
              </div>
            </td>
          </tr>
        ))}
      </Table>
      <div style={{ padding: '0 16px' }}>
        <Trouble error={setRole.error} />
      </div>
    </>
  )
}

function PersonActions({ person: { name, isBySignOn, sessions } }: { person: PersonInList }) {
  const remove = useRemovePerson()
  const signOut = useSignOutPerson()
  const renew = useNewPassword()
  return (
    <>
      {!isBySignOn && (
        <AskSure
          label={texts.newPassword}
          name={texts.newPasswordFor(name)}
          confirm={texts.makeIt}
          deed={renew}
          onSure={() => renew.mutate(name)}
          done={renew.data && <Once what={texts.theNewPasswordOf(name)} secret={renew.data.password} />}
        >
          {texts.theOldOneEnds(name)}
        </AskSure>
      )}
      {sessions > 0 && (
        <AskSure
          label={texts.signOutEverywhere}
          name={texts.signOutOf(name)}
          confirm={texts.signOutEverywhere}
          deed={signOut}
          onSure={done => signOut.mutate(name, done)}
        >
          {texts.signedOutOf(name, sessions)}
        </AskSure>
      )}
      <AskSure
        label={texts.remove2}
        name={texts.remove(name)}
        confirm={texts.remove2}
        deed={remove}
        onSure={done => remove.mutate(name, done)}
      >
        {texts.signedOutAndGone(name)}
      </AskSure>
    </>
  )
}

function AddPerson({ close }: { close: () => void }) {
  const add = useAddPerson()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('viewer')
  function submit(event: FormEvent) {
    event.preventDefault()
    add.mutate({ name, role })
  }
  return (
    <Modal onClose={close} title={texts.addAPerson}>
      {add.data ? (
        <Once what={texts.thePasswordOf(add.data.name)} secret={add.data.password} />
      ) : (
        <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
          <TextInput label={texts.name} value={name} onChange={event => setName(event.currentTarget.value)} required data-autofocus />
          <NativeSelect label={texts.role} value={role} onChange={event => setRole(event.currentTarget.value as Role)} data={ROLES} />
          <Trouble error={add.error} />
          <DialogEnd close={close} confirm={`${texts.add} ${name.trim() === '' ? texts.thePerson : name}`} deed={add} />
        </form>
      )}
    </Modal>
  )
}

function OwnSessions() {
  const signOut = useSignOutEverywhere()
  return (
    <Panel title={texts.signOutEverywhere} note={texts.whereverYouAre}>
      <Trouble error={signOut.error} />
      <Button
        variant="default"
        loading={signOut.isPending}
        onClick={() => signOut.mutate(undefined, { onSuccess: () => window.location.assign('/') })}
      >
        {texts.signOutEverywhere}
      </Button>
    </Panel>
  )
}

function OwnPassword() {
  const change = useOwnPassword()
  const [before, setBefore] = useState('')
  const [after, setAfter] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    // The change signs everybody out who is signed in under this name, this page too.
    change.mutate({ before, after }, { onSuccess: () => window.location.assign('/') })
  }
  return (
    <Panel title={texts.yourPassword}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 12, maxWidth: 420 }}>
        <PasswordInput
          label={texts.presentPassword}
          value={before}
          onChange={event => setBefore(event.currentTarget.value)}
          autoComplete="current-password"
          required
        />
        <PasswordInput
          label={texts.newPassword}
          description={texts.twelveCharactersOrMore}
          value={after}
          onChange={event => setAfter(event.currentTarget.value)}
          autoComplete="new-password"
          minLength={12}
          required
        />
        <Trouble error={change.error} />
        <div>
          <Button type="submit" loading={change.isPending}>
            {texts.changeItAndSignInAgain}
          </Button>
        </div>
      </form>
    </Panel>
  )
}
