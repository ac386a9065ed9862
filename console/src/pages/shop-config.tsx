import { ActionIcon, Modal } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPencil } from '@tabler/icons-react'
import { useState } from 'react'
import { useSession } from '../api/queries.ts'
import { type AccessScope, type ShopDetail, useSetAccessScope } from '../api/shops.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { Choices } from '../parts/choices.tsx'
import { cell, Table } from '../parts/list.tsx'
import { whole } from '../parts/number.ts'
import { Outside } from '../parts/outside.tsx'
import { Facts, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { GoingLive } from './going-live.tsx'
import { Token } from './shop-token.tsx'
import { accessWords } from './shop-words.ts'

/** Both switches side by side: ours, behind its pencil, and what Shopify granted. Both have to say yes. */
export function ShopConfig({ shop }: { shop: ShopDetail }) {
  const session = useSession()
  const [isEditing, editing] = useDisclosure(false)
  return (
    <>
      <Panel
        title="Shopify Config"
        actions={
          session.data?.role === 'admin' && (
            <ActionIcon variant="default" size="lg" aria-label="Edit Shopify Config" onClick={editing.open}>
              <IconPencil size={18} />
            </ActionIcon>
          )
        }
      >
        <Facts
          facts={[
            ['Access scope', accessWords(shop)],
            [
              'Address',
              <span key="url" className="mono">
                {shop.apiUrl}
              </span>,
            ],
            ['API version', shop.apiVersion],
          ]}
        />
        {!shop.isAccessScopeSet && (
          <p>Nobody has chosen an access scope yet. Until somebody does, this shop is only read, and nothing is written to it.</p>
        )}
        {isEditing && <AccessDialog shop={shop} close={editing.close} />}
      </Panel>
      <Permissions shop={shop} />
      <Token shop={shop} />
      <Troubles shop={shop} />
    </>
  )
}

const CHOICES: { value: AccessScope; label: string; description: string }[] = [
  { value: 'no_access', label: 'No access', description: 'The shop is not even asked.' },
  { value: 'read_only', label: 'Read only', description: 'The shop is read and compared. Changes wait and are counted; none is sent.' },
  { value: 'read_and_write', label: 'Read and write', description: 'Stock is written. What waits is read and compared first, then sent.' },
]

function AccessDialog({ shop, close }: { shop: ShopDetail; close: () => void }) {
  const deed = useSetAccessScope(shop.code)
  const [accessScope, setAccessScope] = useState<AccessScope>(shop.accessScope)
  // The first time that something would be written there, what would be is looked at first.
  const isFirst = accessScope === 'read_and_write' && !shop.wasWritten && shop.accessScope !== 'read_and_write'
  const isSame = accessScope === shop.accessScope && shop.isAccessScopeSet
  const title = `Shopify Config of ${shop.name}`
  const choices = <Choices label="Access scope" value={accessScope} options={CHOICES} onChange={setAccessScope} />
  if (isFirst)
    return (
      <Modal opened onClose={close} title={title} size="xl" closeButtonProps={{ 'aria-label': 'Close' }}>
        {choices}
        <GoingLive shop={shop} onLive={close} />
      </Modal>
    )
  return (
    <ReasonDialog
      {...{ deed, close, title }}
      confirm={accessScope === 'read_and_write' && shop.waiting > 0 ? `Save and let ${whole(shop.waiting)} go` : 'Save'}
      note="It stands in the audit log beside your name."
      isReady={!isSame}
      isReasonOptional
      onSay={reason => deed.mutate({ accessScope, ...(reason === '' ? {} : { reason }) }, { onSuccess: close })}
    >
      {choices}
    </ReasonDialog>
  )
}

const WITHOUT = {
  nothing_works: 'Nothing works without it',
  not_written: 'Nothing is written without it',
  decreases_only: 'Levels are only lowered without it',
} as const

function Permissions({ shop }: { shop: ShopDetail }) {
  const { scopes, links } = shop
  const missing = scopes.needed.filter(scope => scope.isGranted === false).length
  return (
    <Panel
      title="Granted by Shopify"
      note={scopes.askedAt === null ? 'not asked yet' : <When at={scopes.askedAt} />}
      actions={links.appPermissions !== null && <Outside href={links.appPermissions}>App permissions in Shopify</Outside>}
      isFlush
    >
      <Table
        label="Access scopes that Trueup needs"
        head={
          <tr>
            <th>Scope</th>
            <th className={cell.wide}>What it is needed for</th>
            <th className={cell.right}>{missing === 0 ? 'Granted' : `${missing} missing`}</th>
          </tr>
        }
      >
        {scopes.needed.map(scope => (
          <tr key={scope.handle}>
            <td className="mono" style={{ minWidth: 'min(42ch, 28vw)' }}>
              {scope.handle.replaceAll('_', '_\u200b')}
            </td>
            <td>
              {scope.neededFor}
              {scope.isGranted === false && <div className={cell.dim}>{WITHOUT[scope.without]}.</div>}
            </td>
            <td className={`${cell.right} ${cell.nowrap}`}>
              {scope.isGranted === null ? (
                <State tone="unknown" word="Unknown" isQuiet />
              ) : scope.isGranted ? (
                <State tone="ok" word="Granted" isQuiet />
              ) : (
                <State tone="stopped" word="Missing" isQuiet />
              )}
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  )
}

const TURN = { nobody: 'Nothing to do', person: 'Somebody has to mend it', us: 'Report it' } as const

function Troubles({ shop }: { shop: ShopDetail }) {
  return (
    <Panel title="What went wrong" note="within the last day" isFlush={shop.troubles.length > 0}>
      {shop.troubles.length === 0 ? (
        <p style={{ margin: 0 }}>Every request was answered, and none was refused.</p>
      ) : (
        <Table
          label="Trouble by class"
          head={
            <tr>
              <th>Class</th>
              <th className={cell.wide}>What happens next</th>
              <th className={cell.right}>Requests</th>
              <th className={`${cell.right} ${cell.narrowHidden}`}>Last</th>
            </tr>
          }
        >
          {shop.troubles.map(trouble => (
            <tr key={trouble.class}>
              <td className={cell.nowrap}>{trouble.word}</td>
              <td>
                {trouble.rule}
                <div className={cell.dim}>{TURN[trouble.turn]}.</div>
              </td>
              <td className={`num ${cell.right}`}>{whole(trouble.requests)}</td>
              <td className={`${cell.right} ${cell.narrowHidden} ${cell.nowrap}`}>
                <When at={trouble.lastAt} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  )
}
