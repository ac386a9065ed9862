import { Button, Modal, NativeSelect, PasswordInput, TextInput } from '@mantine/core'
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
} from '../api/people.ts'
import { useSession } from '../api/queries.ts'
import { Export } from '../parts/export.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { Once } from '../parts/once.tsx'
import { PageHead, Panel } from '../parts/panel.tsx'
import { When } from '../parts/when.tsx'
import { people as texts } from '../texts/people.ts'
import { ROLES } from './roles.ts'
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
          <AddPerson key={`person ${isAdding}`} isOpen={isAdding} close={adding.close} />
          <MakeToken key={`token ${isMaking}`} isOpen={isMaking} close={making.close} />
        </>
      )}
    </Shown>
  )
}

function People({ rows }: { rows: readonly PersonInList[] }) {
  const setRole = useSetRole()
  const remove = useRemovePerson()
  const renew = useNewPassword()
  return (
    <>
      <Table
        label={texts.people}
        head={
          <tr>
            <th className={cell.wide}>{texts.name}</th>
            <th>{texts.role}</th>
            <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.signedInLast}</th>
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
                aria-label={texts.roleOf(row.name)}
                value={row.role}
                onChange={event => setRole.mutate({ name: row.name, role: event.currentTarget.value as Role })}
                data={ROLES}
              />
            </td>
            <td className={`${cell.right} ${cell.narrowHidden}`}>
              <When at={row.signedInAt} />
            </td>
            <td className={cell.right}>
              <div style={{ display: 'inline-flex', gap: 4 }}>
                {!row.isBySignOn && (
                  <Button size="xs" variant="default" onClick={() => renew.mutate(row.name)} aria-label={texts.newPasswordFor(row.name)}>
                    {texts.newPassword}
                  </Button>
                )}
                <Button size="xs" variant="default" onClick={() => remove.mutate(row.name)} aria-label={texts.remove(row.name)}>
                  {texts.remove2}
                </Button>
              </div>
            </td>
          </tr>
        ))}
      </Table>
      <div style={{ padding: '0 16px' }}>
        <Trouble error={setRole.error ?? remove.error ?? renew.error} />
        {renew.data && <Once what={texts.theNewPasswordOf(renew.data.name)} secret={renew.data.password} />}
      </div>
    </>
  )
}

function AddPerson({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  const add = useAddPerson()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('viewer')
  function submit(event: FormEvent) {
    event.preventDefault()
    add.mutate({ name, role })
  }
  return (
    <Modal opened={isOpen} onClose={close} title={texts.addAPerson} closeButtonProps={{ 'aria-label': texts.close }}>
      {add.data ? (
        <Once what={texts.thePasswordOf(add.data.name)} secret={add.data.password} />
      ) : (
        <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
          <TextInput label={texts.name} value={name} onChange={event => setName(event.currentTarget.value)} required data-autofocus />
          <NativeSelect label={texts.role} value={role} onChange={event => setRole(event.currentTarget.value as Role)} data={ROLES} />
          <Trouble error={add.error} />
          <Button type="submit" loading={add.isPending}>
            {texts.add} {name.trim() === '' ? texts.thePerson : name}
          </Button>
        </form>
      )}
    </Modal>
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
