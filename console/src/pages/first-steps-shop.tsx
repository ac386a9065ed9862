import { Button, NativeSelect, PasswordInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useSession } from '../api/queries.ts'
import { type ShopDetail, useConnectShop, useConnectSimulated, useShop } from '../api/shops.ts'
import { Shown, Trouble } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Facts, Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { firstSteps as texts } from '../texts/first-steps.ts'
import classes from './first-steps.module.css'
import { sentenceOf, toneOf } from './shop-words.ts'
import { CodeOf } from './shops.tsx'

/** A shop of Shopify's, or one that is simulated in this process. Either is read only, in shadow, until it goes live. */
export function ShopStep({ shop }: { shop: string | null }) {
  const session = useSession()
  const isAdmin = session.data?.role === 'admin'
  return (
    <>
      <p className={classes.lead}>{texts.shopLead}</p>
      {shop !== null && <Connected code={shop} />}
      {isAdmin ? (
        <div className={classes.cards}>
          <Real />
          <Simulated />
        </div>
      ) : (
        <p className={classes.lead}>{texts.onlyAdmins}</p>
      )}
    </>
  )
}

function Simulated() {
  const connect = useConnectSimulated()
  return (
    <Panel title={texts.simulatedTitle}>
      <p style={{ marginTop: 0 }}>{texts.simulatedText}</p>
      <Trouble error={connect.error} />
      <Button variant="default" loading={connect.isPending} onClick={() => connect.mutate()}>
        {texts.connectSimulated}
      </Button>
    </Panel>
  )
}

type Kind = keyof typeof texts.kinds

function Real() {
  const connect = useConnectShop()
  const [kind, setKind] = useState<Kind>('static')
  const [fields, setFields] = useState({ code: '', name: '', url: '', token: '', clientId: '', clientSecret: '' })
  const text = (name: keyof typeof fields) => ({
    value: fields[name],
    onChange(event: { currentTarget: { value: string } }) {
      const { value } = event.currentTarget
      setFields(before => ({ ...before, [name]: value }))
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    const { code, name, url, token, clientId, clientSecret } = fields
    const shop = { code: code.trim(), name: name.trim(), url: url.trim() }
    connect.mutate(kind === 'static' ? { ...shop, token: token.trim() } : { ...shop, credential: { kind, clientId, clientSecret } })
  }
  return (
    <Panel title={texts.realTitle}>
      <form onSubmit={submit} autoComplete="off" className={classes.form}>
        <TextInput label={texts.name} required {...text('name')} />
        <TextInput label={texts.code} description={texts.codeNote} required {...text('code')} />
        <TextInput label={texts.address} placeholder={texts.addressNote} type="url" className={classes.whole} required {...text('url')} />
        <NativeSelect
          label={texts.kind}
          className={classes.whole}
          value={kind}
          data={Object.entries(texts.kinds).map(([value, label]) => ({ value, label }))}
          onChange={event => setKind(event.currentTarget.value as Kind)}
        />
        {kind === 'static' ? (
          <PasswordInput
            label={texts.token}
            description={texts.tokenNote}
            className={classes.whole}
            autoComplete="new-password"
            required
            {...text('token')}
          />
        ) : (
          <>
            <TextInput label={texts.clientId} required {...text('clientId')} />
            <PasswordInput
              label={texts.clientSecret}
              description={texts.tokenNote}
              autoComplete="new-password"
              required
              {...text('clientSecret')}
            />
          </>
        )}
        <div className={classes.whole}>
          <Trouble error={connect.error} />
          <Button type="submit" loading={connect.isPending}>
            {texts.connect}
          </Button>
        </div>
      </form>
    </Panel>
  )
}

function Connected({ code }: { code: string }) {
  const shop = useShop(code)
  return <Shown of={shop}>{found => <Found shop={found} />}</Shown>
}

function Found({ shop }: { shop: ShopDetail }) {
  const { needed } = shop.scopes
  const missing = needed.filter(scope => scope.isGranted === false).map(scope => scope.handle)
  const isAsked = needed.every(scope => scope.isGranted !== null)
  return (
    <Panel title={shop.name} note={texts.connected} actions={<State {...toneOf(shop)} />}>
      <p role="status" style={{ marginTop: 0 }}>
        {shop.catalogReadAt === null && shop.health.code === null ? texts.readNow : sentenceOf(shop)} <CodeOf shop={shop} />
      </p>
      <Facts
        facts={[
          [texts.scopes, isAsked ? texts.scopesOf(needed.length - missing.length, needed.length) : texts.scopesUnknown],
          [texts.catalogue, <When key="read" at={shop.catalogReadAt} />],
          [texts.items, whole(shop.itemsLinked)],
          [texts.locations, whole(shop.locations)],
        ]}
      />
      {missing.length > 0 && <p style={{ marginBottom: 0 }}>{texts.scopesMissing(missing.join(', '))}</p>}
    </Panel>
  )
}
