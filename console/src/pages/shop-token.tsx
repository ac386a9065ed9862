import { ActionIcon, PasswordInput, Select, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPencil } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { useSession } from '../api/queries.ts'
import { type ShopDetail, useSetCredential } from '../api/shops.ts'
import { DialogEnd, Modal } from '../parts/modal.tsx'
import { Trouble } from '../parts/nothing.tsx'
import { Facts, Panel } from '../parts/panel.tsx'
import { When } from '../parts/when.tsx'
import { shops as texts } from '../texts/shops.ts'

type Kind = ShopDetail['token']['kind']

const KINDS: { value: Kind; label: string }[] = [
  { value: 'static', label: texts.aTokenThatWasTypedIn },
  { value: 'client_credentials', label: texts.clientCredentialsFetchedWithTheApps },
  { value: 'refresh_token', label: texts.refreshTokenFetchedAndRenewedEach },
]

/** How the access token is come by. What was entered is shown to nobody again. */
export function Token({ shop }: { shop: ShopDetail }) {
  const session = useSession()
  const [isEditing, editing] = useDisclosure(false)
  const { token } = shop
  return (
    <Panel
      title={texts.token}
      actions={
        session.data?.role === 'admin' && (
          <ActionIcon variant="default" size="lg" aria-label={texts.editTheToken} onClick={editing.open}>
            <IconPencil size={18} />
          </ActionIcon>
        )
      }
    >
      <Facts
        facts={[
          [texts.howItIsComeBy, KINDS.find(kind => kind.value === token.kind)?.label ?? token.kind],
          token.clientId === null
            ? null
            : [
                texts.clientId,
                <span key="id" className="mono">
                  {token.clientId}
                </span>,
              ],
          [
            texts.clientSecret,
            token.isSecretKnown ? (token.isOldSecretKnown ? texts.knownTheOneBeforeCountsToo : texts.known) : texts.notKnownWebhooksAreOff,
          ],
          token.kind === 'static' ? null : [texts.fetched, <When key="fetched" at={token.renewedAt} />],
          token.accessExpiresAt === null ? null : [texts.renewedBefore, <When key="expires" at={token.accessExpiresAt} />],
          token.refreshExpiresAt === null ? null : [texts.refreshTokenGoodUntil, <When key="refresh" at={token.refreshExpiresAt} />],
        ]}
      />
      {isEditing && <TokenDialog shop={shop} close={editing.close} />}
    </Panel>
  )
}

function TokenDialog({ shop, close }: { shop: ShopDetail; close: () => void }) {
  const set = useSetCredential(shop.code)
  const [kind, setKind] = useState<Kind>(shop.token.kind)
  const [entered, setEntered] = useState({ token: '', clientId: shop.token.clientId ?? '', clientSecret: '', refreshToken: '' })
  const enter = (name: keyof typeof entered) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget
    setEntered(before => ({ ...before, [name]: value.trim() }))
  }
  function submit(event: FormEvent) {
    event.preventDefault()
    const { token, clientId, clientSecret, refreshToken } = entered
    const app = { clientId, clientSecret }
    const body =
      kind === 'static'
        ? { kind, ...(token ? { token } : {}), ...(clientId ? { clientId } : {}), ...(clientSecret ? { clientSecret } : {}) }
        : kind === 'client_credentials'
          ? { kind, ...app }
          : { kind, ...app, refreshToken }
    set.mutate(body, { onSuccess: close })
  }
  return (
    <Modal onClose={close} title={texts.tokenOf(shop.name)} size="lg" closeButtonProps={{ 'aria-label': texts.close }}>
      <form onSubmit={submit} autoComplete="off" style={{ display: 'grid', gap: 12 }}>
        <div style={{ display: 'grid', gap: 12 }}>
          <Select
            label={texts.howItIsComeBy}
            data={KINDS}
            value={kind}
            allowDeselect={false}
            onChange={value => setKind((value ?? 'static') as Kind)}
          />
          {kind === 'static' && (
            <PasswordInput label={texts.accessToken} description={texts.leftEmptyAsItWas} value={entered.token} onChange={enter('token')} />
          )}
          <TextInput label={texts.clientIdOfTheApp} value={entered.clientId} onChange={enter('clientId')} required={kind !== 'static'} />
          <PasswordInput
            label={texts.clientSecretOfTheApp}
            description={texts.webhooksAreCheckedWithItTheOne}
            value={entered.clientSecret}
            onChange={enter('clientSecret')}
            required={kind !== 'static'}
          />
          {kind === 'refresh_token' && (
            <PasswordInput label={texts.refreshToken} value={entered.refreshToken} onChange={enter('refreshToken')} required />
          )}
        </div>
        <Trouble error={set.error} />
        <DialogEnd close={close} confirm={texts.saveAndAskShopify} deed={set} />
      </form>
    </Modal>
  )
}
