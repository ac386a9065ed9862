import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconRefresh } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { useChannels } from '../api/places.ts'
import { type SyncWanted, useLocationsOf, useSyncNow } from '../api/proofs.ts'
import { useSession, useShops } from '../api/queries.ts'
import { DialogEnd, Modal } from '../parts/modal.tsx'
import { Trouble } from '../parts/nothing.tsx'
import { proofs as texts } from '../texts/proofs.ts'

/** Has levels read, compared and told again where they differ: a SKU, a location, a channel, a shop. `of`: what is meant already. */
export function SyncNow({ of, size = 'xs' }: { of?: { shop: string; locationId: number; sku: string }; size?: 'xs' | 'sm' }) {
  const session = useSession()
  const [isOpen, dialog] = useDisclosure(false)
  const ask = useSyncNow()
  if (session.data?.role === 'viewer') return null
  return (
    <>
      <Button
        variant={of ? 'default' : 'filled'}
        size={size}
        leftSection={<IconRefresh size={size === 'xs' ? 14 : 16} aria-hidden />}
        loading={ask.isPending}
        onClick={() => (of ? ask.mutate(of) : dialog.open())}
      >
        {ask.isSuccess && of ? texts.beingCompared : texts.syncNow}
      </Button>
      {of && <Trouble error={ask.error} />}
      {isOpen && <Dialog ask={ask} close={dialog.close} />}
    </>
  )
}

function Dialog({ ask, close }: { ask: ReturnType<typeof useSyncNow>; close: () => void }) {
  const shops = useShops()
  const channels = useChannels()
  const [said, setOf] = useState('')
  const [sku, setSku] = useState('')
  const [location, setLocation] = useState('')
  const codes = shops.data?.rows.map(row => row.code) ?? []
  const of = said === '' ? `s ${codes[0] ?? ''}` : said
  const name = of.slice(2)
  const isShop = of.startsWith('s ')
  const locations = useLocationsOf(isShop ? name : '')
  function submit(event: FormEvent) {
    event.preventDefault()
    const wanted: SyncWanted = isShop ? { shop: name, ...(location === '' ? {} : { locationId: Number(location) }) } : { channel: name }
    ask.mutate({ ...wanted, ...(sku.trim() === '' ? {} : { sku: sku.trim() }) }, { onSuccess: close })
  }
  return (
    <Modal onClose={close} title={texts.syncNow} size="lg">
      <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
        <p style={{ margin: 0 }}>{texts.readsTheLevelsFromTheShopCompares}</p>
        <NativeSelect
          label={texts.ofWord}
          value={of}
          onChange={event => {
            setOf(event.currentTarget.value)
            setLocation('')
          }}
          data={[
            { group: texts.shops, items: codes.map(code => ({ value: `s ${code}`, label: code })) },
            { group: texts.channels, items: (channels.data?.rows ?? []).map(({ code, name: label }) => ({ value: `c ${code}`, label })) },
          ]}
        />
        {isShop && (
          <NativeSelect
            label={texts.location}
            value={location}
            onChange={event => setLocation(event.currentTarget.value)}
            data={[
              { value: '', label: texts.allOfThem },
              ...(locations.data?.rows ?? []).map(row => ({ value: String(row.locationId), label: row.name })),
            ]}
          />
        )}
        <TextInput
          label={texts.sku}
          description={texts.nothingEverythingThere}
          value={sku}
          onChange={event => setSku(event.currentTarget.value)}
          data-autofocus
        />
        <Trouble error={ask.error} />
        <DialogEnd close={close} confirm={texts.syncNow} deed={ask} isReady={name !== ''} />
      </form>
    </Modal>
  )
}
