import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { type UnknownName, useDeclare, useUnknown } from '../api/rows.ts'
import { Export } from '../parts/export.tsx'
import { cell, Pager, Table } from '../parts/list.tsx'
import { DialogEnd, Modal } from '../parts/modal.tsx'
import { Shown, Trouble } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { files as texts } from '../texts/files.ts'
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
          <Panel
            title={texts.namesThatNobodyKnows}
            note={whole(found.total)}
            actions={
              <Export path="/import/unknown" query={fileId === undefined ? {} : { file: fileId }} what={texts.namesThatNobodyKnows} />
            }
            isFlush
          >
            {mayDecide && <AddUnknown names={found.rows} />}
            <Table
              label={texts.namesForWhichRowsWait}
              head={
                <tr>
                  <th>{texts.name}</th>
                  <th className={cell.right}>{texts.rows2}</th>
                  <th className={cell.wide}>{texts.didYouMean}</th>
                </tr>
              }
            >
              {found.rows.map(name => (
                <tr key={`${name.type} ${name.value}`}>
                  <td className={cell.main}>
                    {name.value} <span className={cell.dim}>{typeWord(name.type)}</span>
                  </td>
                  <td className={cell.right}>
                    <Link to={`/files/${name.example.fileId}`} title={texts.line2(whole(name.example.line), name.example.raw)}>
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
          title={texts.appliedThen(near.name, near.why, texts.rowsAre(name.rows))}
          onClick={() => say(near)}
        >
          {near.value} · {near.name}
        </Button>
      ))}
      {mayDecide && (
        <Button size="compact-sm" variant="subtle" onClick={() => setOther(true)}>
          {texts.somethingElse}
        </Button>
      )}
      {!isOther && <Trouble error={declare.error} />}
      {isOther && (
        <Modal onClose={() => setOther(false)} title={texts.whatIs(name.value)}>
          <form
            style={{ display: 'grid', gap: 12 }}
            onSubmit={event => {
              event.preventDefault()
              say(isFacility(name.type) ? { type: name.type, value } : { type: 'SKU', value })
            }}
          >
            <TextInput
              data-autofocus
              label={isFacility(name.type) ? texts.codeOfTheFacility : texts.skuOfTheProduct}
              description={texts.forItAndWillBeAppliedWith(texts.rowsWait(name.rows))}
              value={value}
              onChange={event => setValue(event.currentTarget.value)}
            />
            <Trouble error={declare.error} />
            <DialogEnd close={() => setOther(false)} confirm={texts.itIsThat} deed={declare} isReady={value.trim() !== ''} />
          </form>
        </Modal>
      )}
    </div>
  )
}
