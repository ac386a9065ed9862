import { Anchor, Button } from '@mantine/core'
import { useCallback, useState } from 'react'
import { type Rule, useOverlaps, useRules } from '../api/promise.ts'
import { useSession } from '../api/queries.ts'
import { Export } from '../parts/export.tsx'
import { Chips, cell, Paged, Search, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { PageHead, Panel } from '../parts/panel.tsx'
import { State, type Tone } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { rules as texts } from '../texts/rules.ts'
import { RuleDrawer } from './rule-drawer.tsx'
import { groupSaid, placesOf, productsOf, setsOf } from './rule-words.ts'

const STATUS: Record<Rule['status'], { tone: Tone; word: string }> = {
  draft: { tone: 'waiting', word: texts.draft },
  active: { tone: 'ok', word: texts.active },
  archived: { tone: 'unknown', word: texts.archived },
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
        title={texts.rules}
        note={rules.data && totalOf(rules.data)}
        lead={texts.whatIsKeptBackAndWhatIs}
        actions={mayWrite && <Button onClick={() => setOpened('new')}>{texts.newRule}</Button>}
      />
      {(overlaps.data?.rows ?? []).length > 0 && (
        <Panel title={texts.offeredMoreThanOnce} note={whole(overlaps.data?.rows.length ?? 0)}>
          {overlaps.data?.rows.map(row => (
            <p key={`${row.shop} ${row.facility}`} style={{ margin: 0 }}>
              {row.facility} ({texts.units(row.units)}
              {texts.isOfferedIn} {row.shop} {texts.at} {row.locations.join(' and ')}.
            </p>
          ))}
        </Panel>
      )}
      <Panel title={texts.inTheOrderInWhichTheyCount} isFlush>
        <div className={cell.toolbar}>
          <Search label={texts.searchRuleOrGroup} value={view.get('search') ?? ''} onChange={search} />
          <Chips
            label={texts.status}
            value={view.get('status')}
            options={[
              { value: 'active', label: texts.active },
              { value: 'draft', label: texts.drafts },
              { value: 'archived', label: texts.archived },
            ]}
            onChange={status => view.set({ status })}
          />
          <Export {...rules.asked} what={texts.rules} />
        </div>
        <Shown of={rules}>
          {page => (
            <Paged of={page} empty={<Empty title={texts.noRuleHere}>{texts.withoutRulesEveryProductIsPromised}</Empty>}>
              <Table
                label={texts.rules}
                head={
                  <tr>
                    <th className={cell.right}>{texts.order}</th>
                    <th className={cell.main}>{texts.rule}</th>
                    <th>{texts.says}</th>
                    <th className={`${cell.narrowHidden} ${cell.wide}`}>{texts.forWord}</th>
                    <th className={cell.mediumHidden}>{texts.at2}</th>
                    <th className={cell.narrowHidden}>{texts.state}</th>
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
                    <td className={cell.nowrap}>{setsOf(rule)}</td>
                    <td className={cell.narrowHidden}>{productsOf(rule)}</td>
                    <td className={cell.mediumHidden}>{placesOf(rule)}</td>
                    <td className={`${cell.narrowHidden} ${cell.nowrap}`}>
                      <State {...STATUS[rule.status]} isQuiet />
                      {rule.fromAt && (
                        <div className={cell.dim}>
                          {texts.from2} <When at={rule.fromAt} />
                        </div>
                      )}
                      {rule.thruAt && (
                        <div className={cell.dim}>
                          {texts.until2} <When at={rule.thruAt} />
                        </div>
                      )}
                    </td>
                  </tr>
                ))}
              </Table>
            </Paged>
          )}
        </Shown>
      </Panel>
      {opened !== null && <RuleDrawer rule={opened === 'new' ? null : opened} mayWrite={mayWrite} close={() => setOpened(null)} />}
    </>
  )
}
