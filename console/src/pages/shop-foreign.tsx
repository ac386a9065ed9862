import { Button, NativeSelect } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'
import { Link } from 'react-router'
import { useSession } from '../api/queries.ts'
import { type ForeignPage, type ShopDetail, useDecideForeign, useForeign, useSetForeignPolicy } from '../api/shops.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { Choices } from '../parts/choices.tsx'
import { Export } from '../parts/export.tsx'
import { cell, Paged, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { shops as texts } from '../texts/shops.ts'

const POLICY_WORDS = {
  ours: texts.oursItIsWrittenAwayAgain,
  theirs: texts.theirsItBecomesAMovementByHand,
  ask: texts.askAPersonEachTime,
} as const

/** What others wrote in this shop, whose number it became, and the policy of each location. */
export function ChangedByOthers({ shop }: { shop: ShopDetail }) {
  const view = useView()
  const foreign = useForeign(shop.code, { page: view.page })
  return (
    <Panel
      title={texts.changedByOthers}
      note={foreign.data && totalOf(foreign.data)}
      actions={
        foreign.data && (
          <>
            <Export {...foreign.asked} what={texts.changedByOthers} />
            <PolicyButton shop={shop} policies={foreign.data.policies} />
          </>
        )
      }
      isFlush
    >
      <Shown of={foreign}>
        {page => (
          <Paged of={page} empty={<Empty title={texts.nobodyElseWritesTheseLevels}>{texts.betweenTwoLooksOrdersAndOurOwn}</Empty>}>
            <Table
              label={texts.levelsThatSomebodyElseWrote}
              head={
                <tr>
                  <th>{texts.level}</th>
                  <th className={cell.right}>{texts.units}</th>
                  <th className={cell.wide}>{texts.whoseNumberItIs}</th>
                  <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.between}</th>
                  <th>
                    <span className="sr-only">{texts.decide}</span>
                  </th>
                </tr>
              }
            >
              {page.rows.map(row => (
                <tr key={row.findingId}>
                  <td className={cell.nowrap}>
                    {row.sku === null ? texts.aProductWithoutASku : <Link to={`/stock/${encodeURIComponent(row.sku)}`}>{row.sku}</Link>}
                    <div className={cell.dim}>{row.location}</div>
                  </td>
                  <td className={`num ${cell.right}`}>{row.units > 0 ? `+${row.units}` : row.units}</td>
                  <td>
                    <State {...stateOf(row)} isQuiet /> {row.takenBy !== null && texts.saidBy(row.takenBy)} {row.reason}
                  </td>
                  <td className={`${cell.right} ${cell.nowrap} ${cell.narrowHidden}`}>
                    <When at={row.from} /> {texts.and} <When at={row.until} />
                  </td>
                  <td className={cell.right}>{row.taken === null && <DecideButton shop={shop} row={row} />}</td>
                </tr>
              ))}
            </Table>
          </Paged>
        )}
      </Shown>
    </Panel>
  )
}

type Row = ForeignPage['rows'][number]

function stateOf({ taken, closedAt }: Row) {
  if (taken === null) return { tone: 'paused', word: texts.waitsForAPerson } as const
  if (closedAt === null) return { tone: 'working', word: texts.beingBooked } as const
  return taken === 'ours' ? ({ tone: 'ok', word: texts.oursAgain } as const) : ({ tone: 'ok', word: texts.theirs } as const)
}

const TAKES = [
  { value: 'ours', label: texts.ours, description: texts.theLevelShowsAgainWhatIsPromised },
  { value: 'theirs', label: texts.theirs, description: texts.theUnitsAreBookedAsAMovement },
] as const

function DecideButton({ shop, row }: { shop: ShopDetail; row: Row }) {
  const session = useSession()
  const [isOpen, dialog] = useDisclosure(false)
  if (session.data?.role === 'viewer') return null
  return (
    <>
      <Button variant="default" size="xs" onClick={dialog.open} aria-label={texts.sayWhoseNumberCountsAt(row.sku ?? texts.thisLevel)}>
        {texts.decide}
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
      title={texts.whoseNumberCounts}
      confirm={texts.save}
      isReady={take !== null}
      onSay={reason => take !== null && deed.mutate({ take, reason }, { onSuccess: close })}
    >
      <Choices
        label={texts.atWasChangedBy(row.sku ?? texts.aLevel, row.location, row.units > 0 ? '+' : '', row.units)}
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
        {texts.whoseNumberCounts2}
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
      title={texts.whereSomebodyElseWritesALevel}
      confirm={texts.save}
      onSay={reason => deed.mutate({ locationId, policy, reason }, { onSuccess: close })}
    >
      <NativeSelect
        label={texts.location}
        value={String(locationId)}
        data={policies.map(each => ({ value: String(each.locationId), label: each.location }))}
        onChange={event => choose(Number(event.currentTarget.value))}
      />
      <Choices
        label={texts.whoseNumberCountsThere}
        value={policy}
        options={(Object.keys(POLICY_WORDS) as (keyof typeof POLICY_WORDS)[]).map(value => ({ value, label: POLICY_WORDS[value] }))}
        onChange={setPolicy}
      />
    </ReasonDialog>
  )
}
