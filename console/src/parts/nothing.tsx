import { Anchor, Button, Skeleton } from '@mantine/core'
import { IconBan, IconInbox, IconPlugConnectedX, type TablerIcon } from '@tabler/icons-react'
import { Fragment, type ReactNode } from 'react'
import { Link, useLocation } from 'react-router'
import { ApiProblem } from '../api/client.ts'
import { parts as texts } from '../texts/parts.ts'
import classes from './nothing.module.css'
import { withCounts } from './number.ts'

/** What a list or a page is drawn from: the answer, or why there is none. */
type Asked<T> = { data: T | undefined; error: Error | null; refetch(): unknown; isFetching: boolean }

/** Four ways of having nothing to show, each said differently: not yet, none, failed, and not for you. */
export function Shown<T>({ of, skeleton, children }: { of: Asked<T>; skeleton?: ReactNode; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) return children(of.data)
  if (of.error !== null) return <NotShown error={of.error} retry={() => of.refetch()} isTrying={of.isFetching} />
  return skeleton ?? <SkeletonRows />
}

export function SkeletonRows({ rows = 8 }: { rows?: number }) {
  return (
    <div className={classes.skeleton} role="status" aria-label={texts.loading}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same, and never move
        <Skeleton key={row} height={14} width={`${92 - ((row * 17) % 40)}%`} />
      ))}
    </div>
  )
}

export function Empty({ title, icon: Drawn = IconInbox, children }: { title: string; icon?: TablerIcon; children?: ReactNode }) {
  return (
    <div className={classes.nothing}>
      <Drawn size={28} stroke={1.5} aria-hidden />
      <h3>{title}</h3>
      {children && <p>{children}</p>}
    </div>
  )
}

export function NotShown({ error, retry, isTrying }: { error: Error; retry: () => void; isTrying: boolean }) {
  const { pathname, search } = useLocation()
  const problem = error instanceof ApiProblem ? error.problem : null
  if (problem?.status === 403) {
    return (
      <div className={classes.nothing} role="alert">
        <IconBan size={28} stroke={1.5} aria-hidden />
        <h3>{texts.notForYourRole}</h3>
        <p>
          {withCounts(problem.detail)} {withCounts(problem.hint)}
        </p>
      </div>
    )
  }
  // What is not understood here stands in the page's own address: a reader can go elsewhere, and asking again helps nobody.
  if (problem?.code === 'HTTP_REQUEST_INVALID') {
    return (
      <div className={classes.nothing} role="alert">
        <IconPlugConnectedX size={28} stroke={1.5} aria-hidden />
        <h3>{texts.thisAddressIsNotUnderstood}</h3>
        <p>{texts.perhapsItWasCutOrMisspelt}</p>
        <Code code={problem.code} />
        {search !== '' && (
          <Anchor component={Link} to={pathname}>
            {texts.withoutWhatWasChosen}
          </Anchor>
        )}
      </div>
    )
  }
  return (
    <div className={classes.nothing} role="alert">
      <IconPlugConnectedX size={28} stroke={1.5} aria-hidden />
      <h3>{problem?.status === 404 ? texts.notFound : texts.couldNotLoadThis}</h3>
      <p>
        {withCounts(problem?.detail ?? error.message)} {withCounts(problem?.hint ?? null)}
      </p>
      {problem && <Code code={problem.code} />}
      {/* What does not exist does not come by asking again. */}
      {problem?.status !== 404 && (
        <Button variant="default" size="xs" onClick={retry} loading={isTrying}>
          {texts.tryAgain}
        </Button>
      )}
    </div>
  )
}

/** A code, with its page a click away. */
export function Code({ code }: { code: string }) {
  return (
    <Anchor component={Link} to={`/help/${code}`} className={`mono ${classes.code}`}>
      {code.split('_').map((word, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: words of one code, which never move
        <Fragment key={at}>
          {at > 0 && (
            <>
              _<wbr />
            </>
          )}
          {word}
        </Fragment>
      ))}
    </Anchor>
  )
}

/** What a program is told about a request says little to a person: to them, what is the matter with each field. */
function DoesNotFit({ issues, code }: { issues: NonNullable<ApiProblem['problem']['issues']>; code: string }) {
  return (
    <div className={classes.trouble} role="alert">
      {texts.doesNotFit} <Code code={code} />
      <ul>
        {issues.map(({ at, message }) => (
          <li key={`${at} ${message}`}>
            <span className="mono">{at}</span>: {message}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** What went wrong with something that somebody pressed: said beside the button. */
export function Trouble({ error }: { error: Error | null }) {
  if (error === null) return null
  const problem = error instanceof ApiProblem ? error.problem : null
  if (problem?.code === 'HTTP_REQUEST_INVALID' && problem.issues) return <DoesNotFit issues={problem.issues} code={problem.code} />
  return (
    <p className={classes.trouble} role="alert">
      {withCounts(problem?.detail ?? error.message)} {withCounts(problem?.hint ?? null)} {problem && <Code code={problem.code} />}
    </p>
  )
}
