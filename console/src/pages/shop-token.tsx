import { ActionIcon, Button, Group, Modal, PasswordInput, Select, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPencil } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { useSession } from '../api/queries.ts'
import { type ShopDetail, useSetCredential } from '../api/shops.ts'
import { Trouble } from '../parts/nothing.tsx'
import { Facts, Panel } from '../parts/panel.tsx'
import { When } from '../parts/when.tsx'

type Kind = ShopDetail['token']['kind']

const KINDS: { value: Kind; label: string }[] = [
  { value: 'static', label: 'A token that was typed in' },
  { value: 'client_credentials', label: 'Client credentials: fetched with the app’s id and secret' },
  { value: 'refresh_token', label: 'Refresh token: fetched, and renewed each time' },
]

/** How the access token is come by. What was entered is shown to nobody again. */
export function Token({ shop }: { shop: ShopDetail }) {
  const session = useSession()
  const [isEditing, editing] = useDisclosure(false)
  const { token } = shop
  return (
    <Panel
      title="Token"
      actions={
        session.data?.role === 'admin' && (
          <ActionIcon variant="default" size="lg" aria-label="Edit the token" onClick={editing.open}>
            <IconPencil size={18} />
          </ActionIcon>
        )
      }
    >
      <Facts
        facts={[
          ['How it is come by', KINDS.find(kind => kind.value === token.kind)?.label ?? token.kind],
          token.clientId === null
            ? null
            : [
                'Client id',
                <span key="id" className="mono">
                  {token.clientId}
                </span>,
              ],
          [
            'Client secret',
            token.isSecretKnown ? (token.isOldSecretKnown ? 'Known; the one before counts too' : 'Known') : 'Not known: webhooks are off',
          ],
          token.kind === 'static' ? null : ['Fetched', <When key="fetched" at={token.renewedAt} />],
          token.accessExpiresAt === null ? null : ['Renewed before', <When key="expires" at={token.accessExpiresAt} />],
          token.refreshExpiresAt === null ? null : ['Refresh token good until', <When key="refresh" at={token.refreshExpiresAt} />],
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
    <Modal opened onClose={close} title={`Token of ${shop.name}`} size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit} autoComplete="off">
        <div style={{ display: 'grid', gap: 12 }}>
          <Select
            label="How it is come by"
            data={KINDS}
            value={kind}
            allowDeselect={false}
            onChange={value => setKind((value ?? 'static') as Kind)}
          />
          {kind === 'static' && (
            <PasswordInput label="Access token" description="Left empty: as it was." value={entered.token} onChange={enter('token')} />
          )}
          <TextInput label="Client id of the app" value={entered.clientId} onChange={enter('clientId')} required={kind !== 'static'} />
          <PasswordInput
            label="Client secret of the app"
            description="Webhooks are checked with it. The one before goes on counting."
            value={entered.clientSecret}
            onChange={enter('clientSecret')}
            required={kind !== 'static'}
          />
          {kind === 'refresh_token' && (
            <PasswordInput label="Refresh token" value={entered.refreshToken} onChange={enter('refreshToken')} required />
          )}
        </div>
        <Trouble error={set.error} />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={set.isPending}>
            Save, and ask Shopify
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
