import { MultiSelect, NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { type Role, type Scope, type TokenInList, useAddToken, useRemoveToken } from '../api/people.ts'
import { AskSure } from '../parts/ask.tsx'
import { cell, Table } from '../parts/list.tsx'
import { DialogEnd, Modal } from '../parts/modal.tsx'
import { Trouble } from '../parts/nothing.tsx'
import { Once } from '../parts/once.tsx'
import { When } from '../parts/when.tsx'
import { people as texts } from '../texts/people.ts'
import { ROLES } from './roles.ts'

/** The tokens by which programs come in. */
export function Tokens({ rows }: { rows: readonly TokenInList[] }) {
  return (
    <Table
      label={texts.tokens}
      head={
        <tr>
          <th className={cell.wide}>{texts.name}</th>
          <th>{texts.role}</th>
          <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.usedLast}</th>
          <th className={cell.right}>{texts.ends}</th>
          <th>
            <span className="sr-only">{texts.actions}</span>
          </th>
        </tr>
      }
    >
      {rows.map(row => (
        <tr key={row.name}>
          <td>
            <b>{row.name}</b>{' '}
            <span className={cell.dim}>
              {texts.madeBy} {row.createdBy}
            </span>
          </td>
          <td>
            {row.role}
            {row.scopes !== null && <div className={cell.dim}>{row.scopes.join(', ')}</div>}
          </td>
          <td className={`${cell.right} ${cell.narrowHidden}`}>
            <When at={row.usedAt} />
          </td>
          <td className={cell.right}>
            <When at={row.expiresAt} />
          </td>
          <td className={cell.right}>
            <EndToken name={row.name} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

function EndToken({ name }: { name: string }) {
  const remove = useRemoveToken()
  return (
    <AskSure
      label={texts.endIt}
      name={texts.endTheToken(name)}
      confirm={texts.endIt}
      deed={remove}
      onSure={done => remove.mutate(name, done)}
    >
      {texts.theProgramIsOut(name)}
    </AskSure>
  )
}

const SCOPES = (Object.keys(texts.scopes) as Scope[]).map(value => ({ value, label: texts.scopes[value] }))
const DAYS_USUAL = 90
const DAYS_MAX = 366

export function MakeToken({ close }: { close: () => void }) {
  const add = useAddToken()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('viewer')
  const [scopes, setScopes] = useState<Scope[]>([])
  const [days, setDays] = useState(DAYS_USUAL)
  function submit(event: FormEvent) {
    event.preventDefault()
    add.mutate({ name, role, scopes: scopes.length === 0 ? null : scopes, days })
  }
  return (
    <Modal onClose={close} title={texts.makeAToken}>
      {add.data ? (
        <Once what={texts.theToken(add.data.name)} secret={add.data.token} />
      ) : (
        <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
          <TextInput
            label={texts.forWhichProgram}
            value={name}
            onChange={event => setName(event.currentTarget.value)}
            required
            data-autofocus
          />
          <NativeSelect label={texts.role} value={role} onChange={event => setRole(event.currentTarget.value as Role)} data={ROLES} />
          <MultiSelect
            label={texts.whatItMayAskFor}
            description={texts.heldToTheseOrToItsRole}
            placeholder={scopes.length === 0 ? texts.allThatItsRoleMay : ''}
            data={SCOPES}
            value={scopes}
            onChange={chosen => setScopes(chosen as Scope[])}
            searchable
            hidePickedOptions
          />
          <NumberInput
            label={texts.endsAfterSoManyDays}
            min={1}
            max={DAYS_MAX}
            value={days}
            onChange={value => setDays(Number(value) || 1)}
          />
          <Trouble error={add.error} />
          <DialogEnd close={close} confirm={texts.makeTheToken} deed={add} />
        </form>
      )}
    </Modal>
  )
}
