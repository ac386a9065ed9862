import { Button, Group, Modal, NativeSelect, NumberInput, Textarea, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlusMinus } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { useBook, useReasons } from '../api/ledger.ts'
import { type StockOfSku, useSession } from '../api/queries.ts'
import { Trouble } from '../parts/nothing.tsx'
import { signed, whole } from '../parts/number.ts'

/** A person corrects what is on hand: by how much and why, or what was counted. */
export function Correct({ stock }: { stock: StockOfSku }) {
  const session = useSession()
  const [isOpen, dialog] = useDisclosure(false)
  if (session.data?.role === 'viewer' || stock.facilities.length === 0) return null
  return (
    <>
      <Button variant="default" size="xs" leftSection={<IconPlusMinus size={14} aria-hidden />} onClick={dialog.open}>
        Correct stock
      </Button>
      {isOpen && <Dialog stock={stock} close={dialog.close} />}
    </>
  )
}

function Dialog({ stock, close }: { stock: StockOfSku; close: () => void }) {
  const book = useBook()
  const reasons = useReasons()
  // One dialog is one deed, however often its button is pressed.
  const [key] = useState(() => crypto.randomUUID())
  const [code, setCode] = useState(stock.facilities[0]?.code ?? '')
  const [kind, setKind] = useState('variance')
  const [units, setUnits] = useState<number | string>('')
  const [reason, setReason] = useState('VAR_MANUAL')
  const [comment, setComment] = useState('')
  const facility = stock.facilities.find(one => one.code === code)
  const before = facility?.onHandUnits ?? null
  const [dueAt, setDueAt] = useState('')
  const isCount = kind === 'count'
  const isLater = kind === 'restock'
  const isSaid = typeof units === 'number' && (isCount ? units >= 0 : isLater ? units > 0 && dueAt !== '' : units !== 0)
  const after = !isSaid || isLater ? null : isCount ? units : (before ?? 0) + units

  function submit(event: FormEvent) {
    event.preventDefault()
    const lines = [{ idValue: stock.sku, units: Number(units) }]
    const said = { key, facility: code, lines, comment: comment.trim() }
    const deed = isLater
      ? { ...said, kind: 'receipt', effectiveAt: new Date(dueAt).toISOString() }
      : { ...said, kind, ...(isCount ? {} : { reason }) }
    book.mutate(deed, { onSuccess: close })
  }

  return (
    <Modal opened onClose={close} title={`Correct ${stock.sku}`} size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <div style={{ display: 'grid', gap: 12 }}>
          <NativeSelect
            label="Facility"
            value={code}
            onChange={event => setCode(event.currentTarget.value)}
            data={stock.facilities.map(one => ({
              value: one.code,
              label: `${one.facility}: ${one.onHandUnits === null ? 'never counted' : `${whole(one.onHandUnits)} on hand`}`,
            }))}
          />
          <NativeSelect
            label="What do you know?"
            value={kind}
            onChange={event => setKind(event.currentTarget.value)}
            data={[
              { value: 'variance', label: 'By how much it differs' },
              { value: 'count', label: 'How much is there: it was counted just now' },
              { value: 'restock', label: 'What comes in, and when: it counts from then on' },
            ]}
          />
          <NumberInput
            label={isCount ? 'Counted' : isLater ? 'Comes in' : 'Difference'}
            description={isCount || isLater ? undefined : 'Below 0 takes away.'}
            value={units}
            onChange={setUnits}
            allowDecimal={false}
            allowNegative={!isCount && !isLater}
            required
            data-autofocus
          />
          {isLater && (
            <TextInput label="When" type="datetime-local" required value={dueAt} onChange={event => setDueAt(event.currentTarget.value)} />
          )}
          {!isCount && !isLater && (
            <NativeSelect
              label="Reason"
              value={reason}
              onChange={event => setReason(event.currentTarget.value)}
              data={(reasons.data?.rows ?? []).filter(one => one.isForPeople).map(one => ({ value: one.reason, label: one.label }))}
            />
          )}
          <Textarea
            label="Why"
            description="It stands in the ledger with your name."
            required
            autosize
            minRows={2}
            value={comment}
            onChange={event => setComment(event.currentTarget.value)}
          />
        </div>
        <p role="status">{after !== null && sentence(before, after)}</p>
        <Trouble error={book.error} />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" disabled={!isSaid || comment.trim() === ''} loading={book.isPending}>
            {isLater ? 'Schedule it' : after === null ? 'Book' : `Book ${signed(after - (before ?? 0))}`}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}

function sentence(before: number | null, after: number): string {
  if (before === null) return `Never counted so far; ${whole(after)} on hand afterwards.`
  return `${whole(before)} on hand now, ${whole(after)} afterwards.`
}
