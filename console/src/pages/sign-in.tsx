import { Button, PasswordInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useSignIn } from '../api/queries.ts'
import { Trouble } from '../parts/nothing.tsx'
import classes from './sign-in.module.css'

export function SignIn() {
  const signIn = useSignIn()
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
        <p className={classes.foot}>The first password was printed once, when the server started for the first time.</p>
      </form>
    </main>
  )
}
