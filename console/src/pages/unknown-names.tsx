import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { type UnknownName, useDeclare, useUnknown } from '../api/rows.ts'
import { cell, Pager, Table } from '../parts/list.tsx'
import { Shown, Trouble } from '../parts/nothing.tsx'
import { many, whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { AddUnknown } from './add-unknown.tsx'
import classes from './file-rows.module.css'

const NAMES_SHOWN = 50

/** Names that nobody knows, one line each however many rows wait for it, and what could be meant. */
export function UnknownNames({ fileId, mayDecide }: { fileId?: number; mayDecide: boolean }) {
  const [page, setPage] = useState(1)
  const unknown = useUnknown({ file: fileId, page, pageSize: NAMES_SHOWN })
  return (
    <Shown of={unknown}>
      {found =>
        found.total === 0 ? null : (
          <Panel title="Names that nobody knows" note={whole(found.total)} isFlush>
            {mayDecide && <AddUnknown names={found.rows} />}
            <Table
              label="Names for which rows wait"
              head={
                <tr>
                  <th>Name</th>
                  <th className={cell.right}>Rows</th>
                  <th className={cell.wide}>Did you mean</th>
                </tr>
              }
            >
              {found.rows.map(name => (
                <tr key={`${name.type} ${name.value}`}>
                  <td className={cell.main}>
                    {name.value} <span className={cell.dim}>{typeWord(name.type)}</span>
                  </td>
                  <td className={cell.right}>
                    <Link to={`/files/${name.example.fileId}`} title={`Line ${whole(name.example.line)}: ${name.example.raw}`}>
                      {whole(name.rows)}
                    </Link>
                  </td>
                  <td>
                    <Means name={name} mayDecide={mayDecide} />
                  </td>
                </tr>
              ))}
            </Table>
            <Pager of={found} onPage={setPage} />
          </Panel>
        )
      }
    </Shown>
  )
}

const isFacility = (type: string) => type === 'facilityId' || type === 'externalFacilityId'
const typeWord = (type: string) => (isFacility(type) ? 'facility' : type)

function Means({ name, mayDecide }: { name: UnknownName; mayDecide: boolean }) {
  const declare = useDeclare()
  const [isOther, setOther] = useState(false)
  const [value, setValue] = useState('')
  const say = (same: { type: string; value: string }) =>
    declare.mutate({ type: name.type, value: name.value, same }, { onSuccess: () => setOther(false) })
  return (
    <div className={classes.near}>
      {name.near.map(near => (
        <Button
          key={`${near.type} ${near.value}`}
          size="compact-sm"
          variant="default"
          disabled={!mayDecide || declare.isPending}
          title={`${near.name}: ${near.why}. ${many(name.rows, 'row is', 'rows are')} applied then.`}
          onClick={() => say(near)}
        >
          {near.value} · {near.name}
        </Button>
      ))}
      {mayDecide && (
        <Button size="compact-sm" variant="subtle" onClick={() => setOther(true)}>
          Something else
        </Button>
      )}
      {!isOther && <Trouble error={declare.error} />}
      <Modal opened={isOther} onClose={() => setOther(false)} title={`What is ${name.value}?`}>
        <form
          onSubmit={event => {
            event.preventDefault()
            say(isFacility(name.type) ? { type: name.type, value } : { type: 'SKU', value })
          }}
        >
          <TextInput
            data-autofocus
            label={isFacility(name.type) ? 'Code of the facility' : 'SKU of the product'}
            description={`${many(name.rows, 'row waits', 'rows wait')} for it, and will be applied with the moment of their file.`}
            value={value}
            onChange={event => setValue(event.currentTarget.value)}
          />
          <Trouble error={declare.error} />
          <Group justify="flex-end" mt="md">
            <Button type="submit" disabled={value.trim() === ''} loading={declare.isPending}>
              It is that
            </Button>
          </Group>
        </form>
      </Modal>
    </div>
  )
}
