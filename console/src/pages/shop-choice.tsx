import { Button, TagsInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'
import { useSession } from '../api/queries.ts'
import { type ChoiceOfShop, type ShopDetail, useChoice, usePreviewChoice, useSetChoice } from '../api/shops.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { Choices } from '../parts/choices.tsx'
import { Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Facts, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { shops as texts } from '../texts/shops.ts'
import { BECOMES, type Becomes } from './shop-leaving.tsx'

/** Which products of the shop are written. Nothing else is ever touched. */
export function WhatIsWritten({ shop }: { shop: ShopDetail }) {
  const session = useSession()
  const chosen = useChoice(shop.code)
  const [isOpen, dialog] = useDisclosure(false)
  return (
    <Panel
      title={texts.whatIsWritten}
      actions={
        session.data?.role === 'admin' && (
          <Button variant="default" size="xs" onClick={dialog.open} disabled={chosen.data === undefined}>
            {texts.chooseProducts}
          </Button>
        )
      }
    >
      <Shown of={chosen}>
        {found => (
          <>
            <Facts
              facts={[
                [texts.chosen, inWords(found.choice)],
                [texts.itemsOfTheShop, whole(found.items)],
                [texts.amongTheChosen, whole(found.chosen)],
                [texts.linkedAndWritten, whole(found.linked)],
              ]}
            />
            {found.underWay !== null && (
              <p style={{ marginBottom: 0 }}>
                <State tone="working" word={texts.leaving} /> {texts.levelsDo(found.underWay.levelsLeft)} {texts.notShow0YetThenOnly}{' '}
                {inWords(found.underWay.choice)} {texts.isWrittenAs} {found.underWay.askedBy} {texts.wantsIt}{' '}
                {found.underWay.levelsRefused > 0 && texts.ofTheseRefused(found.underWay.levelsRefused)}
              </p>
            )}
            {isOpen && <ChoiceDialog shop={shop} before={found} close={dialog.close} />}
          </>
        )}
      </Shown>
    </Panel>
  )
}

type Choice = ChoiceOfShop['choice']

function inWords(choice: Choice): string {
  const parts = [
    choice.tags.length > 0 && texts.tagged(choice.tags.join(', ')),
    choice.vendors.length > 0 && texts.ofWord(choice.vendors.join(', ')),
    choice.productTypes.length > 0 && texts.ofType(choice.productTypes.join(', ')),
    choice.skus.length > 0 && texts.skus(choice.skus.length),
  ].filter(Boolean)
  return parts.length === 0 ? texts.everything : texts.whatIs(parts.join(', or '))
}

function ChoiceDialog({ shop, before, close }: { shop: ShopDetail; before: ChoiceOfShop; close: () => void }) {
  const preview = usePreviewChoice(shop.code)
  const deed = useSetChoice(shop.code)
  const [choice, setChoice] = useState<Choice>(before.choice)
  const [leaving, setLeaving] = useState<Becomes | null>(null)
  const change = (name: keyof Choice) => (values: string[]) => {
    const next = { ...choice, [name]: values }
    setChoice(next)
    preview.mutate(next)
  }
  const counts = preview.data ?? before
  const isReady = counts.leaving === 0 || leaving !== null
  return (
    <ReasonDialog
      title={texts.whatIsWrittenIn(shop.name)}
      confirm={texts.writeItems(counts.chosen)}
      deed={{ isPending: deed.isPending, error: deed.error ?? preview.error }}
      {...{ isReady, close }}
      onSay={reason =>
        deed.mutate({ choice, reason, ...(leaving !== null && counts.leaving > 0 ? { leaving } : {}) }, { onSuccess: close })
      }
    >
      <TagsInput label={texts.tags} description={texts.aProductWithAnyOfTheseAll} value={choice.tags} onChange={change('tags')} />
      <TagsInput label={texts.vendors} value={choice.vendors} onChange={change('vendors')} />
      <TagsInput label={texts.types} value={choice.productTypes} onChange={change('productTypes')} />
      <TagsInput label={texts.skusToTheLetter} value={choice.skus} onChange={change('skus')} />
      <p role="status" style={{ margin: 0 }}>
        {whole(counts.chosen)} {texts.ofWord2} {whole(counts.items)} {texts.itemsAreChosen} {texts.productsLeave(counts.leaving)}.
      </p>
      {counts.leaving > 0 && (
        <Choices label={texts.whatBecomesOfTheThatLeave(whole(counts.leaving))} value={leaving} options={BECOMES} onChange={setLeaving} />
      )}
    </ReasonDialog>
  )
}
