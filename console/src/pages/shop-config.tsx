import { ActionIcon } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPencil } from '@tabler/icons-react'
import { useState } from 'react'
import { useSession } from '../api/queries.ts'
import { type AccessScope, type ShopDetail, useSetAccessScope } from '../api/shops.ts'
import { ReasonDialog } from '../parts/ask.tsx'
import { Choices } from '../parts/choices.tsx'
import { cell, Table } from '../parts/list.tsx'
import { Modal } from '../parts/modal.tsx'
import { whole } from '../parts/number.ts'
import { Outside } from '../parts/outside.tsx'
import { Facts, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { shops as texts } from '../texts/shops.ts'
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
        title={texts.shopifyConfig}
        actions={
          session.data?.role === 'admin' && (
            <ActionIcon variant="default" size="lg" aria-label={texts.editShopifyConfig} onClick={editing.open}>
              <IconPencil size={18} />
            </ActionIcon>
          )
        }
      >
        <Facts
          facts={[
            [texts.accessScope, accessWords(shop)],
            [
              texts.address,
              <span key="url" className="mono">
                {shop.apiUrl}
              </span>,
            ],
            [texts.apiVersion, shop.apiVersion],
          ]}
        />
        {!shop.isAccessScopeSet && <p>{texts.nobodyHasChosenAnAccessScopeYet}</p>}
        {isEditing && <AccessDialog shop={shop} close={editing.close} />}
      </Panel>
      <Permissions shop={shop} />
      <Token shop={shop} />
      <Troubles shop={shop} />
    </>
  )
}

const CHOICES: { value: AccessScope; label: string; description: string }[] = [
  { value: 'no_access', label: texts.noAccess, description: texts.theShopIsNotEvenAsked },
  { value: 'read_only', label: texts.readOnly, description: texts.theShopIsReadAndComparedChanges },
  { value: 'read_and_write', label: texts.readAndWrite, description: texts.stockIsWrittenWhatWaitsIsRead },
]

function AccessDialog({ shop, close }: { shop: ShopDetail; close: () => void }) {
  const deed = useSetAccessScope(shop.code)
  const [accessScope, setAccessScope] = useState<AccessScope>(shop.accessScope)
  // The first time that something would be written there, what would be is looked at first.
  const isFirst = accessScope === 'read_and_write' && !shop.wasWritten && shop.accessScope !== 'read_and_write'
  const isSame = accessScope === shop.accessScope && shop.isAccessScopeSet
  const title = texts.shopifyConfigOf(shop.name)
  const choices = <Choices label={texts.accessScope} value={accessScope} options={CHOICES} onChange={setAccessScope} />
  if (isFirst)
    return (
      <Modal onClose={close} title={title} size="xl" closeButtonProps={{ 'aria-label': texts.close }}>
        {choices}
        <GoingLive shop={shop} onLive={close} />
      </Modal>
    )
  return (
    <ReasonDialog
      {...{ deed, close, title }}
      confirm={accessScope === 'read_and_write' && shop.waiting > 0 ? texts.saveAndLetGo(whole(shop.waiting)) : texts.save}
      note={texts.itStandsInTheAuditLogBeside}
      isReady={!isSame}
      isReasonOptional
      onSay={reason => deed.mutate({ accessScope, ...(reason === '' ? {} : { reason }) }, { onSuccess: close })}
    >
      {choices}
    </ReasonDialog>
  )
}

const WITHOUT = {
  nothing_works: texts.nothingWorksWithoutIt,
  not_written: texts.nothingIsWrittenWithoutIt,
  decreases_only: 'Levels are only lowered without it',
} as const

function Permissions({ shop }: { shop: ShopDetail }) {
  const { scopes, links } = shop
  const missing = scopes.needed.filter(scope => scope.isGranted === false).length
  // Something may have changed since Shopify said so: what it said then is shown until it was asked anew.
  const isAskedAnew = scopes.askedAt === null && scopes.needed.some(scope => scope.isGranted !== null)
  return (
    <Panel
      title={texts.grantedByShopify}
      note={scopes.askedAt === null ? isAskedAnew ? texts.mayHaveChangedAskedAnew : texts.notAskedYet : <When at={scopes.askedAt} />}
      actions={links.appPermissions !== null && <Outside href={links.appPermissions}>{texts.appPermissionsInShopify}</Outside>}
      isFlush
    >
      <Table
        label={texts.accessScopesThatTrueupNeeds}
        head={
          <tr>
            <th>{texts.scope}</th>
            <th className={cell.wide}>{texts.whatItIsNeededFor}</th>
            <th className={cell.right}>{missing === 0 ? texts.granted : texts.missing(missing)}</th>
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
                <State tone="unknown" word={texts.unknown} isQuiet />
              ) : scope.isGranted ? (
                <State tone="ok" word={texts.granted} isQuiet />
              ) : (
                <State tone="stopped" word={texts.missing2} isQuiet />
              )}
            </td>
          </tr>
        ))}
      </Table>
      {scopes.others.length > 0 && (
        <div className={cell.dim} style={{ padding: 12 }}>
          {texts.alsoGranted} <span className="mono">{scopes.others.join(', ')}</span>
        </div>
      )}
    </Panel>
  )
}

const TURN = { nobody: texts.nothingToDo, person: texts.somebodyHasToMendIt, us: texts.reportIt } as const

function Troubles({ shop }: { shop: ShopDetail }) {
  return (
    <Panel title={texts.whatWentWrong} note={texts.withinTheLastDay} isFlush={shop.troubles.length > 0}>
      {shop.troubles.length === 0 ? (
        <p style={{ margin: 0 }}>{texts.everyRequestWasAnsweredAndNoneWas}</p>
      ) : (
        <Table
          label={texts.troubleByClass}
          head={
            <tr>
              <th>{texts.classWord}</th>
              <th className={cell.wide}>{texts.whatHappensNext}</th>
              <th className={cell.right}>{texts.requests}</th>
              <th className={`${cell.right} ${cell.narrowHidden}`}>{texts.last}</th>
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
