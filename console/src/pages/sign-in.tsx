import { Button, PasswordInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useSignIn, useSignInWays } from '../api/queries.ts'
import { Code, Trouble } from '../parts/nothing.tsx'
import { street as texts } from '../texts/street.ts'
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
        <h1>{texts.signInToTrueup}</h1>
        <p>{texts.theStockYourErpReportsTheStock}</p>
        <TextInput
          label={texts.name}
          name="username"
          autoComplete="username"
          required
          value={name}
          onChange={event => setName(event.currentTarget.value)}
          data-autofocus
          autoFocus
        />
        <PasswordInput
          label={texts.password}
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={event => setPassword(event.currentTarget.value)}
        />
        <Trouble error={signIn.error} />
        <Button type="submit" loading={signIn.isPending} fullWidth>
          {texts.signIn}
        </Button>
        {signOn && (
          <Button component="a" href={signOn.to} variant="default" fullWidth>
            {signOn.label}
          </Button>
        )}
        <CameBack />
        <p className={classes.foot}>{texts.theFirstPasswordWasPrintedOnceWhen}</p>
      </form>
    </main>
  )
}

const SAID: Readonly<Record<string, string>> = {
  HTTP_SIGN_ON_EXPIRED: texts.thatSignOnWasUsedAlreadyOr,
  HTTP_SIGN_ON_NO_ROLE: texts.theOtherSystemKnowsYouAndGives,
  HTTP_SIGN_ON_UNREACHABLE: texts.theOtherSystemDoesNotAnswerTry,
}

/** What became of a sign-on that let nobody in: the way back says it in the address. */
function CameBack() {
  const code = new URLSearchParams(window.location.search).get('signOn')
  if (code === null || !/^HTTP_[A-Z_]+$/.test(code)) return null
  return (
    <p role="alert">
      {SAID[code] ?? texts.theOtherSystemDidNotLetYou} <Code code={code} />
    </p>
  )
}
