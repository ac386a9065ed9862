import { Anchor, Button, Textarea, TextInput } from '@mantine/core'
import { useCallback, useState } from 'react'
import { Link } from 'react-router'
import { type Kit, useKits, useSetKit } from '../api/places.ts'
import { useSession } from '../api/queries.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { Export } from '../parts/export.tsx'
import { cell, Paged, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { kits as texts } from '../texts/kits.ts'

/** Kits and shared pools: what each is made of. */
export function Kits() {
  const view = useView()
  const kits = useKits({ search: view.get('search'), page: view.page })
  const session = useSession()
  const [opened, setOpened] = useState<Kit | 'new' | null>(null)
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  const mayWrite = session.data?.role !== 'viewer'
  return (
    <>
      <PageHead
        title={texts.kits}
        note={kits.data && totalOf(kits.data)}
        lead={texts.aKitIsAsManyAsIts}
        actions={mayWrite && <Button onClick={() => setOpened('new')}>{texts.newKit}</Button>}
      />
      <Panel title={texts.whatEachIsMadeOf} isFlush>
        <div className={cell.toolbar}>
          <Search label={texts.searchSkuOrNameAlsoOfA} value={view.get('search') ?? ''} onChange={search} />
          <Export {...kits.asked} what={texts.kits} />
        </div>
        <Shown of={kits}>
          {page => (
            <Paged of={page} empty={<Empty title={texts.noKitHere}>{texts.everyProductIsCountedAndPromisedBy}</Empty>}>
              <Table
                label={texts.kits}
                head={
                  <tr>
                    <th>{texts.kit}</th>
                    <th className={cell.wide}>{texts.madeOf}</th>
                    <th className={cell.right}>{texts.parts}</th>
                    {mayWrite && <th className={cell.right}>{texts.change}</th>}
                  </tr>
                }
              >
                {page.rows.map(kit => (
                  <tr key={kit.sku}>
                    <td>
                      <Link to={`/stock/${encodeURIComponent(kit.sku)}`} data-row>
                        {kit.name}
                      </Link>
                      <div className={`${cell.dim} mono`}>{kit.sku}</div>
                    </td>
                    <td>
                      {kit.components.map(part => (
                        <div key={part.sku}>
                          {whole(part.units)} × {part.name} <span className={`${cell.dim} mono`}>{part.sku}</span>
                        </div>
                      ))}
                    </td>
                    <td className={cell.right}>{whole(kit.components.length)}</td>
                    {mayWrite && (
                      <td className={cell.right}>
                        <Anchor component="button" type="button" onClick={() => setOpened(kit)} aria-label={texts.change2(kit.sku)}>
                          {texts.change}
                        </Anchor>
                      </td>
                    )}
                  </tr>
                ))}
              </Table>
            </Paged>
          )}
        </Shown>
      </Panel>
      {opened !== null && <Dialog kit={opened === 'new' ? null : opened} close={() => setOpened(null)} />}
    </>
  )
}

/** Parts are written as they are read: a line for each, its units before its SKU. */
function Dialog({ kit, close }: { kit: Kit | null; close: () => void }) {
  const deed = useSetKit()
  const [sku, setSku] = useState(kit?.sku ?? '')
  const [written, setWritten] = useState((kit?.components ?? []).map(part => `${part.units} ${part.sku}`).join('\n'))
  const lines = written.split('\n').filter(line => line.trim() !== '')
  const parts = lines.map(partOf)
  const wrong = lines.find((_line, index) => parts[index] === null)
  const isReady = sku.trim() !== '' && wrong === undefined
  function say(reason: string) {
    deed.mutate({ sku: sku.trim(), components: parts.filter(part => part !== null), reason }, { onSuccess: close })
  }
  return (
    <ReasonDialog
      {...{ deed, isReady, close }}
      title={kit === null ? texts.newKit : texts.whatIsMadeOf(kit.sku)}
      confirm={lines.length === 0 ? texts.dissolveTheKit : texts.makeItOf(whole(lines.length), lines.length === 1 ? 'part' : 'parts')}
      onSay={say}
    >
      <TextInput
        label={texts.skuOfTheKit}
        value={sku}
        onChange={event => setSku(event.currentTarget.value)}
        readOnly={kit !== null}
        required
        data-autofocus={kit === null || undefined}
      />
      <Textarea
        label={texts.madeOf}
        description={texts.aLineForEachPartHowMany}
        placeholder={texts.text2Wheel261FrameM}
        autosize
        minRows={4}
        value={written}
        error={wrong === undefined ? null : texts.isNotANumberAndASku(wrong)}
        onChange={event => setWritten(event.currentTarget.value)}
      />
    </ReasonDialog>
  )
}

function partOf(line: string): { units: number; sku: string } | null {
  const found = /^\s*(\d{1,7})\s+(\S(?:.*\S)?)\s*$/.exec(line)
  return found === null || Number(found[1]) === 0 ? null : { units: Number(found[1]), sku: found[2] ?? '' }
}
