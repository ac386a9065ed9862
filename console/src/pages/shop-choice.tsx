import { Button, TagsInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'
import { useSession } from '../api/queries.ts'
import { type ChoiceOfShop, type ShopDetail, useChoice, usePreviewChoice, useSetChoice } from '../api/shops.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { Choices } from '../parts/choices.tsx'
import { Shown } from '../parts/nothing.tsx'
import { many, whole } from '../parts/number.ts'
import { Facts, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { BECOMES, type Becomes } from './shop-leaving.tsx'

/** Which products of the shop are written. Nothing else is ever touched. */
export function WhatIsWritten({ shop }: { shop: ShopDetail }) {
  const session = useSession()
  const chosen = useChoice(shop.code)
  const [isOpen, dialog] = useDisclosure(false)
  return (
    <Panel
      title="What is written"
      actions={
        session.data?.role === 'admin' && (
          <Button variant="default" size="xs" onClick={dialog.open} disabled={chosen.data === undefined}>
            Choose products
          </Button>
        )
      }
    >
      <Shown of={chosen}>
        {found => (
          <>
            <Facts
              facts={[
                ['Chosen', inWords(found.choice)],
                ['Items of the shop', whole(found.items)],
                ['Among the chosen', whole(found.chosen)],
                ['Linked and written', whole(found.linked)],
              ]}
            />
            {found.underWay !== null && (
              <p style={{ marginBottom: 0 }}>
                <State tone="working" word="Leaving" /> {many(found.underWay.levelsLeft, 'level does', 'levels do')} not show 0 yet. Then
                only {inWords(found.underWay.choice)} is written, as {found.underWay.askedBy} wants it.
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
    choice.tags.length > 0 && `tagged ${choice.tags.join(', ')}`,
    choice.vendors.length > 0 && `of ${choice.vendors.join(', ')}`,
    choice.productTypes.length > 0 && `of type ${choice.productTypes.join(', ')}`,
    choice.skus.length > 0 && many(choice.skus.length, 'SKU', 'SKUs'),
  ].filter(Boolean)
  return parts.length === 0 ? 'Everything' : `What is ${parts.join(', or ')}`
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
      title={`What is written in ${shop.name}`}
      confirm={`Write ${whole(counts.chosen)} items`}
      deed={{ isPending: deed.isPending, error: deed.error ?? preview.error }}
      {...{ isReady, close }}
      onSay={reason =>
        deed.mutate({ choice, reason, ...(leaving !== null && counts.leaving > 0 ? { leaving } : {}) }, { onSuccess: close })
      }
    >
      <TagsInput
        label="Tags"
        description="A product with any of these. All four left empty: everything."
        value={choice.tags}
        onChange={change('tags')}
      />
      <TagsInput label="Vendors" value={choice.vendors} onChange={change('vendors')} />
      <TagsInput label="Types" value={choice.productTypes} onChange={change('productTypes')} />
      <TagsInput label="SKUs, to the letter" value={choice.skus} onChange={change('skus')} />
      <p role="status" style={{ margin: 0 }}>
        {whole(counts.chosen)} of {whole(counts.items)} items are chosen; {many(counts.leaving, 'product leaves', 'products leave')}.
      </p>
      {counts.leaving > 0 && (
        <Choices
          label={`What becomes of the ${whole(counts.leaving)} that leave?`}
          value={leaving}
          options={BECOMES}
          onChange={setLeaving}
        />
      )}
    </ReasonDialog>
  )
}
