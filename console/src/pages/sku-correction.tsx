import { Button, NativeSelect, NumberInput, Textarea, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlusMinus } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { useBook, useReasons } from '../api/ledger.ts'
import { type StockOfSku, useSession } from '../api/queries.ts'
import { DialogEnd, Modal } from '../parts/modal.tsx'
import { Trouble } from '../parts/nothing.tsx'
import { signed, whole } from '../parts/number.ts'
import { instantOf } from '../parts/zone.ts'
import { stock as texts } from '../texts/stock.ts'

/** A person corrects what is on hand: by how much and why, or what was counted. */
export function Correct({ stock }: { stock: StockOfSku }) {
  const session = useSession()
  const [isOpen, dialog] = useDisclosure(false)
  if (session.data?.role === 'viewer' || stock.facilities.length === 0) return null
  return (
    <>
      <Button variant="default" size="xs" leftSection={<IconPlusMinus size={14} aria-hidden />} onClick={dialog.open}>
        {texts.correctStock}
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
      ? { ...said, kind: 'receipt', effectiveAt: instantOf(dueAt) ?? '' }
      : { ...said, kind, ...(isCount ? {} : { reason }) }
    book.mutate(deed, { onSuccess: close })
  }

  return (
    <Modal onClose={close} title={texts.correct(stock.sku)} size="lg" closeButtonProps={{ 'aria-label': texts.close }}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
        <div style={{ display: 'grid', gap: 12 }}>
          <NativeSelect
            label={texts.facility}
            value={code}
            onChange={event => setCode(event.currentTarget.value)}
            data={stock.facilities.map(one => ({
              value: one.code,
              label: `${one.facility}: ${one.onHandUnits === null ? texts.neverCounted : texts.onHand2(whole(one.onHandUnits))}`,
            }))}
          />
          <NativeSelect
            label={texts.whatDoYouKnow}
            value={kind}
            onChange={event => setKind(event.currentTarget.value)}
            data={[
              { value: 'variance', label: texts.byHowMuchItDiffers },
              { value: 'count', label: texts.howMuchIsThereItWasCounted },
              { value: 'restock', label: texts.whatComesInAndWhenItCounts },
            ]}
          />
          <NumberInput
            label={isCount ? texts.counted : isLater ? texts.comesIn : texts.difference}
            description={isCount || isLater ? undefined : texts.below0TakesAway}
            value={units}
            onChange={setUnits}
            allowDecimal={false}
            allowNegative={!isCount && !isLater}
            required
            data-autofocus
          />
          {isLater && (
            <TextInput
              label={texts.when}
              type="datetime-local"
              required
              value={dueAt}
              onChange={event => setDueAt(event.currentTarget.value)}
            />
          )}
          {!isCount && !isLater && (
            <NativeSelect
              label={texts.reason}
              value={reason}
              onChange={event => setReason(event.currentTarget.value)}
              data={(reasons.data?.rows ?? []).filter(one => one.isForPeople).map(one => ({ value: one.reason, label: one.label }))}
            />
          )}
          <Textarea
            label={texts.why}
            description={texts.itStandsInTheLedgerWithYour}
            required
            autosize
            minRows={2}
            value={comment}
            onChange={event => setComment(event.currentTarget.value)}
          />
        </div>
        <p role="status" style={{ margin: 0 }}>
          {after !== null && sentence(before, after)}
        </p>
        <Trouble error={book.error} />
        <DialogEnd
          close={close}
          confirm={isLater ? texts.scheduleIt : after === null ? texts.book : texts.book2(signed(after - (before ?? 0)))}
          deed={book}
          isReady={isSaid && comment.trim() !== ''}
        />
      </form>
    </Modal>
  )
}

function sentence(before: number | null, after: number): string {
  if (before === null) return texts.neverCountedSoFarOnHandAfterwards(whole(after))
  return texts.onHandNowAfterwards(whole(before), whole(after))
}
