import { Button, NativeSelect } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'
import { Link } from 'react-router'
import { useSession } from '../api/queries.ts'
import { type ForeignPage, type ShopDetail, useDecideForeign, useForeign, useSetForeignPolicy } from '../api/shops.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { Choices } from '../parts/choices.tsx'
import { cell, Pager, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'

const POLICY_WORDS = {
  ours: 'Ours: it is written away again',
  theirs: 'Theirs: it becomes a movement by hand',
  ask: 'Ask a person each time',
} as const

/** What others wrote in this shop, whose number it became, and the policy of each location. */
export function ChangedByOthers({ shop }: { shop: ShopDetail }) {
  const view = useView()
  const foreign = useForeign(shop.code, { page: view.page })
  return (
    <Panel
      title="Changed by others"
      note={foreign.data && totalOf(foreign.data)}
      actions={foreign.data && <PolicyButton shop={shop} policies={foreign.data.policies} />}
      isFlush
    >
      <Shown of={foreign}>
        {page =>
          page.rows.length === 0 ? (
            <Empty title="Nobody else writes these levels">
              Between two looks, orders and our own writes explain every change. What they do not explain stands here.
            </Empty>
          ) : (
            <>
              <Table
                label="Levels that somebody else wrote"
                head={
                  <tr>
                    <th>Level</th>
                    <th className={cell.right}>Units</th>
                    <th className={cell.wide}>Whose number it is</th>
                    <th className={`${cell.right} ${cell.narrowHidden}`}>Between</th>
                    <th>
                      <span className="sr-only">Decide</span>
                    </th>
                  </tr>
                }
              >
                {page.rows.map(row => (
                  <tr key={row.findingId}>
                    <td className={cell.nowrap}>
                      {row.sku === null ? 'A product without a SKU' : <Link to={`/stock/${encodeURIComponent(row.sku)}`}>{row.sku}</Link>}
                      <div className={cell.dim}>{row.location}</div>
                    </td>
                    <td className={`num ${cell.right}`}>{row.units > 0 ? `+${row.units}` : row.units}</td>
                    <td>
                      <State {...stateOf(row)} isQuiet /> {row.takenBy !== null && `Said by ${row.takenBy}.`} {row.reason}
                    </td>
                    <td className={`${cell.right} ${cell.nowrap} ${cell.narrowHidden}`}>
                      <When at={row.from} /> and <When at={row.until} />
                    </td>
                    <td className={cell.right}>{row.taken === null && <DecideButton shop={shop} row={row} />}</td>
                  </tr>
                ))}
              </Table>
              <Pager of={page} onPage={to => view.set({ page: String(to) })} />
            </>
          )
        }
      </Shown>
    </Panel>
  )
}

type Row = ForeignPage['rows'][number]

function stateOf({ taken, closedAt }: Row) {
  if (taken === null) return { tone: 'paused', word: 'Waits for a person' } as const
  if (closedAt === null) return { tone: 'working', word: 'Being booked' } as const
  return taken === 'ours' ? ({ tone: 'ok', word: 'Ours again' } as const) : ({ tone: 'ok', word: 'Theirs' } as const)
}

const TAKES = [
  { value: 'ours', label: 'Ours', description: 'The level shows again what is promised.' },
  { value: 'theirs', label: 'Theirs', description: 'The units are booked as a movement by hand, and the level stays as it was written.' },
] as const

function DecideButton({ shop, row }: { shop: ShopDetail; row: Row }) {
  const session = useSession()
  const [isOpen, dialog] = useDisclosure(false)
  if (session.data?.role === 'viewer') return null
  return (
    <>
      <Button variant="default" size="xs" onClick={dialog.open} aria-label={`Say whose number counts at ${row.sku ?? 'this level'}`}>
        Decide
      </Button>
      {isOpen && <DecideDialog shop={shop} row={row} close={dialog.close} />}
    </>
  )
}

function DecideDialog({ shop, row, close }: { shop: ShopDetail; row: Row; close: () => void }) {
  const deed = useDecideForeign(shop.code, row.findingId)
  const [take, setTake] = useState<'ours' | 'theirs' | null>(null)
  return (
    <ReasonDialog
      {...{ deed, close }}
      title="Whose number counts?"
      confirm="Save"
      isReady={take !== null}
      onSay={reason => take !== null && deed.mutate({ take, reason }, { onSuccess: close })}
    >
      <Choices
        label={`${row.sku ?? 'A level'} at ${row.location} was changed by ${row.units > 0 ? '+' : ''}${row.units}`}
        value={take}
        options={TAKES}
        onChange={setTake}
      />
    </ReasonDialog>
  )
}

type Policies = ForeignPage['policies']

function PolicyButton({ shop, policies }: { shop: ShopDetail; policies: Policies }) {
  const session = useSession()
  const [isOpen, dialog] = useDisclosure(false)
  if (session.data?.role !== 'admin' || policies.length === 0) return null
  return (
    <>
      <Button variant="default" size="xs" onClick={dialog.open}>
        Whose number counts
      </Button>
      {isOpen && <PolicyDialog shop={shop} policies={policies} close={dialog.close} />}
    </>
  )
}

function PolicyDialog({ shop, policies, close }: { shop: ShopDetail; policies: Policies; close: () => void }) {
  const deed = useSetForeignPolicy(shop.code)
  const [locationId, setLocationId] = useState(policies[0]?.locationId ?? 0)
  const [policy, setPolicy] = useState(policies[0]?.policy ?? 'ours')
  function choose(id: number) {
    setLocationId(id)
    setPolicy(policies.find(each => each.locationId === id)?.policy ?? 'ours')
  }
  return (
    <ReasonDialog
      {...{ deed, close }}
      title="Where somebody else writes a level"
      confirm="Save"
      onSay={reason => deed.mutate({ locationId, policy, reason }, { onSuccess: close })}
    >
      <NativeSelect
        label="Location"
        value={String(locationId)}
        data={policies.map(each => ({ value: String(each.locationId), label: each.location }))}
        onChange={event => choose(Number(event.currentTarget.value))}
      />
      <Choices
        label="Whose number counts there"
        value={policy}
        options={(Object.keys(POLICY_WORDS) as (keyof typeof POLICY_WORDS)[]).map(value => ({ value, label: POLICY_WORDS[value] }))}
        onChange={setPolicy}
      />
    </ReasonDialog>
  )
}
