import { Button } from '@mantine/core'
import { type Scheduled, useCancelScheduled, useScheduled } from '../api/ledger.ts'
import { useSession } from '../api/queries.ts'
import { Export } from '../parts/export.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Trouble } from '../parts/nothing.tsx'
import { signed } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { stock as texts } from '../texts/stock.ts'

/** What takes effect when its instant comes, and what could not. Nothing of it: no panel. */
export function ScheduledChanges({ sku }: { sku: string }) {
  const scheduled = useScheduled(sku)
  const open = (scheduled.data?.rows ?? []).filter(row => row.state === 'waiting' || row.state === 'refused')
  if (open.length === 0) return null
  return (
    <Panel title={texts.stillToCome} actions={<Export {...scheduled.asked} what={texts.stillToCome} />} isFlush>
      <Table
        label={texts.stillToCome}
        head={
          <tr>
            <th className={cell.wide}>{texts.where}</th>
            <th className={cell.right}>{texts.units2}</th>
            <th>{texts.when}</th>
            <th className={cell.right}>{texts.state}</th>
          </tr>
        }
      >
        {open.map(row => (
          <Row key={row.id} of={row} />
        ))}
      </Table>
    </Panel>
  )
}

function Row({ of: row }: { of: Scheduled }) {
  const session = useSession()
  const cancel = useCancelScheduled()
  return (
    <tr>
      <td>
        {row.facility}
        <div className={cell.dim}>{row.who}</div>
      </td>
      <td className={cell.right}>{signed(row.units)}</td>
      <td>
        <When at={row.dueAt} />
      </td>
      <td className={cell.right}>
        <State
          tone={row.state === 'waiting' ? 'waiting' : 'stuck'}
          word={row.state === 'waiting' ? texts.waits : (row.code ?? texts.refused)}
          isQuiet
        />
        {session.data?.role !== 'viewer' && (
          <Button variant="subtle" size="xs" loading={cancel.isPending} onClick={() => cancel.mutate(row.id)}>
            {texts.cancel}
          </Button>
        )}
        <Trouble error={cancel.error} />
      </td>
    </tr>
  )
}
