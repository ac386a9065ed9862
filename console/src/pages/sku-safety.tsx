import { Anchor, NumberInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'
import { useSetSetting } from '../api/places.ts'
import { useSession } from '../api/queries.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { whole } from '../parts/number.ts'
import { stock as texts } from '../texts/stock.ts'

type Of = { sku: string; facility: string; code: string; safetyStockUnits: number }

/** What is kept back of a SKU at a facility, and the way to say it otherwise. */
export function SafetyStock({ of }: { of: Of }) {
  const session = useSession()
  const [isOpen, dialog] = useDisclosure(false)
  if (session.data?.role === 'viewer') return whole(of.safetyStockUnits)
  return (
    <>
      <Anchor component="button" type="button" onClick={dialog.open} aria-label={texts.keepBackAt(of.facility, of.safetyStockUnits)}>
        {whole(of.safetyStockUnits)}
      </Anchor>
      {isOpen && <Dialog of={of} close={dialog.close} />}
    </>
  )
}

function Dialog({ of, close }: { of: Of; close: () => void }) {
  const deed = useSetSetting(of.sku)
  const [units, setUnits] = useState<number | string>(of.safetyStockUnits)
  const said = typeof units === 'number' ? units : null
  return (
    <ReasonDialog
      {...{ deed, close }}
      title={texts.keepBackAt2(of.sku, of.facility)}
      confirm={said === null ? texts.sayNothingHere : texts.keepBack(whole(said))}
      onSay={reason => deed.mutate({ facility: of.code, safetyStockUnits: said, reason }, { onSuccess: close })}
    >
      <NumberInput
        label={texts.safetyStock}
        description={texts.hiddenFromEveryChannelThatSellsFrom}
        value={units}
        onChange={setUnits}
        allowDecimal={false}
        allowNegative={false}
        data-autofocus
      />
    </ReasonDialog>
  )
}
