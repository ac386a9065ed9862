import { Button, Modal, NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { type Role, type TokenInList, useAddToken, useRemoveToken } from '../api/people.ts'
import { cell, Table } from '../parts/list.tsx'
import { Trouble } from '../parts/nothing.tsx'
import { Once } from '../parts/once.tsx'
import { When } from '../parts/when.tsx'
import { ROLES } from './roles.ts'

/** The tokens by which programs come in. */
export function Tokens({ rows }: { rows: readonly TokenInList[] }) {
  const remove = useRemoveToken()
  return (
    <>
      <Table
        label="Tokens"
        head={
          <tr>
            <th className={cell.wide}>Name</th>
            <th>Role</th>
            <th className={`${cell.right} ${cell.narrowHidden}`}>Used last</th>
            <th className={cell.right}>Ends</th>
            <th>
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        }
      >
        {rows.map(row => (
          <tr key={row.name}>
            <td>
              <b>{row.name}</b> <span className={cell.dim}>made by {row.createdBy}</span>
            </td>
            <td>{row.role}</td>
            <td className={`${cell.right} ${cell.narrowHidden}`}>
              <When at={row.usedAt} />
            </td>
            <td className={cell.right}>
              <When at={row.expiresAt} />
            </td>
            <td className={cell.right}>
              <Button size="xs" variant="default" onClick={() => remove.mutate(row.name)} aria-label={`End the token ${row.name}`}>
                End it
              </Button>
            </td>
          </tr>
        ))}
      </Table>
      <Trouble error={remove.error} />
    </>
  )
}

const DAYS_USUAL = 90
const DAYS_MAX = 366

export function MakeToken({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  const add = useAddToken()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('viewer')
  const [days, setDays] = useState(DAYS_USUAL)
  function submit(event: FormEvent) {
    event.preventDefault()
    add.mutate({ name, role, days })
  }
  return (
    <Modal opened={isOpen} onClose={close} title="Make a token" closeButtonProps={{ 'aria-label': 'Close' }}>
      {add.data ? (
        <Once what={`The token ${add.data.name}`} secret={add.data.token} />
      ) : (
        <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
          <TextInput
            label="For which program"
            value={name}
            onChange={event => setName(event.currentTarget.value)}
            required
            data-autofocus
          />
          <NativeSelect label="Role" value={role} onChange={event => setRole(event.currentTarget.value as Role)} data={ROLES} />
          <NumberInput
            label="Ends after so many days"
            min={1}
            max={DAYS_MAX}
            value={days}
            onChange={value => setDays(Number(value) || 1)}
          />
          <Trouble error={add.error} />
          <Button type="submit" loading={add.isPending}>
            Make the token
          </Button>
        </form>
      )}
    </Modal>
  )
}
