import { Button, NativeSelect, NumberInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type FormEvent, useState } from 'react'
import { Link, useParams } from 'react-router'
import { type HeldItem, type Piece, useAssign, useHeldOrder, useReject } from '../api/brokering.ts'
import { useFacilities } from '../api/places.ts'
import { useSession } from '../api/queries.ts'
import { Back } from '../parts/back.tsx'
import { cell, Table } from '../parts/list.tsx'
import { DialogEnd, Modal } from '../parts/modal.tsx'
import { Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { brokering as texts } from '../texts/brokering.ts'
import { numberOf } from './brokering.tsx'
import classes from './first-steps.module.css'

/** What one order holds, where its units lie, and who sends them. */
export function BrokeringOrder() {
  const { shop = '', order = '' } = useParams()
  const held = useHeldOrder(shop, order)
  return (
    <>
      <Back to="/brokering">{texts.back}</Back>
      <PageHead title={texts.orderTitle(numberOf(order))} note={<span className="mono">{shop}</span>} lead={texts.orderLead(shop)} />
      <Shown of={held}>
        {({ items }) =>
          items.length === 0 ? (
            <Panel>
              <Empty title={texts.nothingHeld}>{texts.nothingHeldText}</Empty>
            </Panel>
          ) : (
            <div style={{ display: 'grid', gap: 16 }}>
              {items.map(item => (
                <Item key={`${item.sku} ${item.location}`} item={item} shop={shop} order={order} />
              ))}
            </div>
          )
        }
      </Shown>
    </>
  )
}

type Of = { item: HeldItem; shop: string; order: string }

function Item({ item, shop, order }: Of) {
  const session = useSession()
  const [isAssigning, assigning] = useDisclosure(false)
  const nameOf = useFacilityNames()
  const mayDecide = session.data?.role !== 'viewer' && item.sku !== null && item.facilities !== null
  return (
    <Panel
      title={item.sku === null ? texts.unlinked : <Link to={`/stock/${encodeURIComponent(item.sku)}`}>{item.sku}</Link>}
      note={texts.itemNote(item.openUnits, item.location ?? texts.noLocation)}
      actions={
        mayDecide && (
          <Button size="xs" onClick={assigning.open}>
            {texts.assign}
          </Button>
        )
      }
      isFlush={item.facilities !== null}
    >
      {item.facilities === null ? (
        <p style={{ margin: 0 }}>{texts.oneFacility}</p>
      ) : (
        <Table
          label={texts.where}
          head={
            <tr>
              <th className={cell.wide}>{texts.place}</th>
              <th className={cell.right}>{texts.units}</th>
              <th>
                <span className="sr-only">{texts.cannot}</span>
              </th>
            </tr>
          }
        >
          {item.places.map(place => (
            <tr key={wordOf(place)}>
              <td>{'facility' in place ? nameOf(place.facility) : wordOf(place)}</td>
              <td className={`num ${cell.right}`}>{whole(place.units)}</td>
              <td className={cell.right}>
                {'facility' in place && mayDecide && (
                  <Cannot {...{ item, shop, order }} facility={place.facility} name={nameOf(place.facility)} units={place.units} />
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {isAssigning && <AssignDialog {...{ item, shop, order }} close={assigning.close} />}
    </Panel>
  )
}

const FACILITIES_NAMED = 200

/** Facilities as people call them; the code where a house has more than are asked for. */
function useFacilityNames(): (code: string) => string {
  const facilities = useFacilities({ pageSize: FACILITIES_NAMED })
  return code => facilities.data?.rows.find(one => one.code === code)?.name ?? code
}

const wordOf = (place: Piece): string => ('facility' in place ? place.facility : texts.parkings[place.parking])

const PARKINGS = ['PRE_ORDER_PARKING', 'BACKORDER_PARKING'] as const

/** So many units at each facility of the group, or at a parking; what is left waits in the queue. */
function AssignDialog({ item, shop, order, close }: Of & { close: () => void }) {
  const deed = useAssign(shop, order)
  const nameOf = useFacilityNames()
  const places: Piece[] = [
    ...(item.facilities ?? []).map(facility => ({ facility, units: 0 })),
    ...PARKINGS.map(parking => ({ parking, units: 0 })),
  ]
  const [units, setUnits] = useState<Readonly<Record<string, number>>>(() =>
    Object.fromEntries(item.places.map(place => [wordOf(place), place.units])),
  )
  const pieces = places.map(place => ({ ...place, units: units[wordOf(place)] ?? 0 })).filter(place => place.units > 0)
  const given = pieces.reduce((sum, piece) => sum + piece.units, 0)
  function submit(event: FormEvent) {
    event.preventDefault()
    deed.mutate({ sku: item.sku ?? '', pieces }, { onSuccess: close })
  }
  return (
    <Modal onClose={close} title={texts.assignTitle(item.sku ?? '')} size="lg" closeButtonProps={{ 'aria-label': texts.cancel }}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
        <p style={{ margin: 0 }}>{texts.assignNote(item.openUnits)}</p>
        <div className={classes.form}>
          {places.map(place => (
            <NumberInput
              key={wordOf(place)}
              label={'facility' in place ? nameOf(place.facility) : wordOf(place)}
              min={0}
              max={item.openUnits}
              allowDecimal={false}
              value={units[wordOf(place)] ?? 0}
              onChange={value => setUnits(before => ({ ...before, [wordOf(place)]: Number(value) || 0 }))}
            />
          ))}
        </div>
        <p role="status" style={{ margin: 0 }}>
          {given > item.openUnits ? texts.tooMany(given, item.openUnits) : texts.left(item.openUnits - given)}
        </p>
        <Trouble error={deed.error} />
        <DialogEnd close={close} confirm={texts.confirmAssign(given)} deed={deed} isReady={given <= item.openUnits} />
      </form>
    </Modal>
  )
}

function Cannot({ item, shop, order, facility, name, units }: Of & { facility: string; name: string; units: number }) {
  const deed = useReject(shop, order)
  const [isOpen, dialog] = useDisclosure(false)
  const [missing, setMissing] = useState(units)
  const [reason, setReason] = useState('NOT_IN_STOCK')
  const [key, setKey] = useState(() => crypto.randomUUID())
  function open() {
    // One dialog is one deed, however often its button is pressed.
    setKey(crypto.randomUUID())
    setMissing(units)
    dialog.open()
  }
  function submit(event: FormEvent) {
    event.preventDefault()
    deed.mutate({ sku: item.sku ?? '', facility, units: missing, reason, key }, { onSuccess: dialog.close })
  }
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={open} aria-label={texts.cannotLabel(name)}>
        {texts.cannot}
      </Button>
      {isOpen && (
        <Modal onClose={dialog.close} title={texts.cannotTitle(name, item.sku ?? '')} closeButtonProps={{ 'aria-label': texts.cancel }}>
          <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
            <p style={{ margin: 0 }}>{texts.cannotNote}</p>
            <NumberInput
              label={texts.how}
              min={1}
              max={units}
              allowDecimal={false}
              value={missing}
              onChange={value => setMissing(Number(value) || 1)}
              data-autofocus
            />
            <NativeSelect
              label={texts.reason}
              value={reason}
              data={Object.entries(texts.reasons).map(([value, label]) => ({ value, label }))}
              onChange={event => setReason(event.currentTarget.value)}
            />
            <Trouble error={deed.error} />
            <DialogEnd close={dialog.close} confirm={texts.confirmCannot(missing)} deed={deed} />
          </form>
        </Modal>
      )}
    </>
  )
}
