import { Anchor, Button } from '@mantine/core'
import { useCallback, useState } from 'react'
import { type Rule, useOverlaps, useRules } from '../api/promise.ts'
import { useSession } from '../api/queries.ts'
import { Chips, cell, Pager, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { many, whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { State, type Tone } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { RuleDrawer } from './rule-drawer.tsx'
import { groupSaid, placesOf, productsOf, setsOf } from './rule-words.ts'

const STATUS: Record<Rule['status'], { tone: Tone; word: string }> = {
  draft: { tone: 'waiting', word: 'Draft' },
  active: { tone: 'ok', word: 'Active' },
  archived: { tone: 'unknown', word: 'Archived' },
}

/** Rules in the order in which they count: of those that match a product at a place, the last one says what holds. */
export function Rules() {
  const view = useView()
  const rules = useRules({ search: view.get('search'), status: view.get('status'), page: view.page })
  const overlaps = useOverlaps()
  const session = useSession()
  const [opened, setOpened] = useState<Rule | 'new' | null>(null)
  const search = useCallback((text: string) => view.set({ search: text }), [view.set])
  const mayWrite = session.data?.role !== 'viewer'
  return (
    <>
      <PageHead
        title="Rules"
        note={rules.data && totalOf(rules.data)}
        lead="What is kept back, and what is sold where. Of the rules that match, the last counts; a product that leaves a rule has again what held before."
        actions={mayWrite && <Button onClick={() => setOpened('new')}>New rule</Button>}
      />
      {(overlaps.data?.rows ?? []).length > 0 && (
        <Panel title="Offered more than once" note={whole(overlaps.data?.rows.length ?? 0)}>
          {overlaps.data?.rows.map(row => (
            <p key={`${row.shop} ${row.facility}`} style={{ margin: 0 }}>
              {row.facility} ({many(row.units, 'unit', 'units')}) is offered in {row.shop} at {row.locations.join(' and ')}.
            </p>
          ))}
        </Panel>
      )}
      <Panel title="In the order in which they count" isFlush>
        <div className={cell.toolbar}>
          <Search label="Search rule or group" value={view.get('search') ?? ''} onChange={search} />
          <Chips
            label="Status"
            value={view.get('status')}
            options={[
              { value: 'active', label: 'Active' },
              { value: 'draft', label: 'Drafts' },
              { value: 'archived', label: 'Archived' },
            ]}
            onChange={status => view.set({ status })}
          />
        </div>
        <Shown of={rules}>
          {page =>
            page.rows.length === 0 ? (
              <Empty title="No rule here">
                Without rules every product is promised whole, less the safety stock and thresholds that files brought.
              </Empty>
            ) : (
              <>
                <Table
                  label="Rules"
                  head={
                    <tr>
                      <th className={cell.right}>Order</th>
                      <th className={cell.wide}>Rule</th>
                      <th>Says</th>
                      <th className={cell.narrowHidden}>For</th>
                      <th className={cell.mediumHidden}>At</th>
                      <th className={cell.narrowHidden}>State</th>
                    </tr>
                  }
                >
                  {page.rows.map(rule => (
                    <tr key={rule.ruleId}>
                      <td className={cell.right}>{whole(rule.place)}</td>
                      <td className={cell.main}>
                        <Anchor component="button" type="button" data-row onClick={() => setOpened(rule)}>
                          {rule.name}
                        </Anchor>
                        <div className={cell.dim}>{groupSaid(rule)}</div>
                      </td>
                      <td>{setsOf(rule)}</td>
                      <td className={cell.narrowHidden}>{productsOf(rule)}</td>
                      <td className={cell.mediumHidden}>{placesOf(rule)}</td>
                      <td className={cell.narrowHidden}>
                        <State {...STATUS[rule.status]} isQuiet />
                        {rule.fromAt && (
                          <div className={cell.dim}>
                            from <When at={rule.fromAt} />
                          </div>
                        )}
                        {rule.thruAt && (
                          <div className={cell.dim}>
                            until <When at={rule.thruAt} />
                          </div>
                        )}
                      </td>
                    </tr>
                  ))}
                </Table>
                <Pager of={page} onPage={to => view.set({ page: String(to) })} />
              </>
            )
          }
        </Shown>
      </Panel>
      {opened !== null && <RuleDrawer rule={opened === 'new' ? null : opened} mayWrite={mayWrite} close={() => setOpened(null)} />}
    </>
  )
}
