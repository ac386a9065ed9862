import { Button, PasswordInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useSignIn, useSignInWays } from '../api/queries.ts'
import { Code, Trouble } from '../parts/nothing.tsx'
import classes from './sign-in.module.css'

export function SignIn() {
  const signIn = useSignIn()
  const signOn = useSignInWays().data?.signOn
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')

  function submit(event: FormEvent) {
    event.preventDefault()
    signIn.mutate({ name, password })
  }

  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={submit}>
        <img src="/icon.svg" alt="" width={40} height={40} />
        <h1>Sign in to Trueup</h1>
        <p>The stock your ERP reports, the stock you promise and the stock Shopify shows: kept the same, and proved.</p>
        <TextInput
          label="Name"
          name="username"
          autoComplete="username"
          required
          value={name}
          onChange={event => setName(event.currentTarget.value)}
          data-autofocus
          autoFocus
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={event => setPassword(event.currentTarget.value)}
        />
        <Trouble error={signIn.error} />
        <Button type="submit" loading={signIn.isPending} fullWidth>
          Sign in
        </Button>
        {signOn && (
          <Button component="a" href={signOn.to} variant="default" fullWidth>
            {signOn.label}
          </Button>
        )}
        <CameBack />
        <p className={classes.foot}>The first password was printed once, when the server started for the first time.</p>
      </form>
    </main>
  )
}

const SAID: Readonly<Record<string, string>> = {
  HTTP_SIGN_ON_EXPIRED: 'That sign-on was used already, or took too long. Begin again.',
  HTTP_SIGN_ON_NO_ROLE: 'The other system knows you, and gives you no role here. Ask an admin which group you need.',
  HTTP_SIGN_ON_UNREACHABLE: 'The other system does not answer. Try again in a moment, or sign in with a password.',
}

/** What became of a sign-on that let nobody in: the way back says it in the address. */
function CameBack() {
  const code = new URLSearchParams(window.location.search).get('signOn')
  if (code === null || !/^HTTP_[A-Z_]+$/.test(code)) return null
  return (
    <p role="alert">
      {SAID[code] ?? 'The other system did not let you in, or its answer could not be believed. Begin again.'} <Code code={code} />
    </p>
  )
}
