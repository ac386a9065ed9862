import { Button, Modal, NativeSelect, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconRefresh } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { Link } from 'react-router'
import { useDrift, useLocationsOf, useProofs, useSyncNow } from '../api/proofs.ts'
import { useSession, useShops } from '../api/queries.ts'
import { Chips, cell, Pager, Table, totalOf, useView } from '../parts/list.tsx'
import { Empty, Shown, Trouble } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Facts, PageHead, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { endOf, KIND } from './proof-words.ts'

/** Every comparison with a shop, what it found, and how far the shops drift. */
export function Proofs() {
  const view = useView()
  const session = useSession()
  const proofs = useProofs({ kind: view.get('kind'), shop: view.get('shop'), page: view.page })
  const [isAsking, asking] = useDisclosure(false)
  return (
    <>
      <PageHead
        title="Proofs and drift"
        note={proofs.data && totalOf(proofs.data)}
        lead="What the shops showed when their levels were compared with what they were told."
        actions={
          session.data?.role !== 'viewer' && (
            <Button size="sm" leftSection={<IconRefresh size={16} aria-hidden />} onClick={asking.open}>
              Sync now
            </Button>
          )
        }
      />
      <div style={{ display: 'grid', gap: 16 }}>
        <Drift />
        <Panel isFlush>
          <div className={cell.toolbar}>
            <Chips
              label="Kind"
              value={view.get('kind')}
              options={Object.entries(KIND).map(([value, label]) => ({ value, label }))}
              onChange={kind => view.set({ kind })}
            />
          </div>
          <Shown of={proofs}>
            {page =>
              page.rows.length === 0 ? (
                <Empty title="Nothing was compared yet">A Hard Sync compares every level of a shop; it is a job in the Job Manager.</Empty>
              ) : (
                <>
                  <Table
                    label="Comparisons"
                    head={
                      <tr>
                        <th className={cell.wide}>Comparison</th>
                        <th className={cell.right}>Compared</th>
                        <th className={cell.right}>Different</th>
                        <th className={`${cell.right} ${cell.narrowHidden}`}>Units</th>
                        <th>Result</th>
                        <th className={`${cell.right} ${cell.narrowHidden}`}>When</th>
                      </tr>
                    }
                  >
                    {page.rows.map(row => (
                      <tr key={row.runId}>
                        <td>
                          <Link to={`/proofs/${row.runId}`} data-row>
                            {KIND[row.kind]} {row.runId}
                          </Link>{' '}
                          <span className={cell.dim}>{[row.shop, row.scope].filter(Boolean).join(' · ')}</span>
                        </td>
                        <td className={cell.right}>{whole(row.levelsCompared)}</td>
                        <td className={cell.right}>{whole(row.levelsDifferent + row.levelsNotStocked)}</td>
                        <td className={`${cell.right} ${cell.narrowHidden}`}>{whole(row.unitsOver + row.unitsUnder)}</td>
                        <td className={cell.nowrap}>
                          <State {...endOf(row)} isQuiet />
                        </td>
                        <td className={`${cell.right} ${cell.narrowHidden}`}>
                          <When at={row.finishedAt ?? row.startedAt} />
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
      </div>
      <SyncDialog isOpen={isAsking} close={asking.close} />
    </>
  )
}

function Drift() {
  const drift = useDrift()
  return (
    <Shown of={drift}>
      {({ rows }) => (
        <>
          {rows.map(row => (
            <Panel key={row.shop} title={row.shop} note="looked at in the last day">
              <Facts
                facts={[
                  ['Drift', row.compared === 0 ? 'not looked at yet' : share(row.different, row.compared)],
                  ['Levels looked at', whole(row.compared)],
                  ['Different', whole(row.different)],
                  ['Last looked', <When key="last" at={row.lastAt} />],
                  ['Brake', `${whole(row.correctionsMax)} levels, ${whole(row.unitsMax)} units`],
                ]}
              />
            </Panel>
          ))}
        </>
      )}
    </Shown>
  )
}

/** Never rounded to nothing: one level of a million is not none. */
function share(different: number, compared: number): string {
  const percent = (100 * different) / compared
  return percent > 0 && percent < 0.01 ? 'less than 0.01 %' : `${percent.toFixed(2)} %`
}

function SyncDialog({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  const shops = useShops()
  const ask = useSyncNow()
  const [shop, setShop] = useState('')
  const [sku, setSku] = useState('')
  const [location, setLocation] = useState('')
  const codes = shops.data?.rows.map(row => row.code) ?? []
  const chosen = shop === '' ? (codes[0] ?? '') : shop
  const locations = useLocationsOf(chosen)
  function submit(event: FormEvent) {
    event.preventDefault()
    const wanted = {
      shop: chosen,
      ...(sku.trim() === '' ? {} : { sku: sku.trim() }),
      ...(location === '' ? {} : { locationId: Number(location) }),
    }
    ask.mutate(wanted, { onSuccess: close })
  }
  return (
    <Modal opened={isOpen} onClose={close} title="Sync now" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
        <p style={{ margin: 0 }}>Reads the levels from the shop, compares them, and tells the shop again where they differ.</p>
        <NativeSelect
          label="Shop"
          value={chosen}
          onChange={event => {
            setShop(event.currentTarget.value)
            setLocation('')
          }}
          data={codes}
        />
        <NativeSelect
          label="Location"
          value={location}
          onChange={event => setLocation(event.currentTarget.value)}
          data={[
            { value: '', label: 'All of them' },
            ...(locations.data?.rows ?? []).map(row => ({ value: String(row.locationId), label: row.name })),
          ]}
        />
        <TextInput
          label="SKU"
          description="Nothing: everything there."
          value={sku}
          onChange={event => setSku(event.currentTarget.value)}
          data-autofocus
        />
        <Trouble error={ask.error} />
        <Button type="submit" loading={ask.isPending} disabled={chosen === ''}>
          Sync now
        </Button>
      </form>
    </Modal>
  )
}
