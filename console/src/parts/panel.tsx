import type { ReactNode } from 'react'
import classes from './panel.module.css'

/** A surface with a title, and what can be done with the whole of it at the right. */
export function Panel({
  title,
  note,
  actions,
  children,
  isFlush = false,
}: {
  title?: ReactNode
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
  isFlush?: boolean
}) {
  return (
    <section className={classes.panel}>
      {title && (
        <header className={classes.head}>
          <h2>{title}</h2>
          {note && <span className={classes.note}>{note}</span>}
          {actions && <div className={classes.actions}>{actions}</div>}
        </header>
      )}
      <div className={isFlush ? classes.flush : classes.body}>{children}</div>
    </section>
  )
}

/** The head of a page: what it is, how much of it, and what can be done. */
export function PageHead({ title, note, lead, actions }: { title: ReactNode; note?: ReactNode; lead?: ReactNode; actions?: ReactNode }) {
  return (
    <header className={classes.page}>
      <div>
        <h1>
          {title} {note && <span className={`${classes.count} num`}>{note}</span>}
        </h1>
        {lead && <p className={classes.lead}>{lead}</p>}
      </div>
      {actions && <div className={classes.actions}>{actions}</div>}
    </header>
  )
}

/** Three to six facts in a row. */
export function Facts({ facts }: { facts: readonly (readonly [label: string, value: ReactNode] | null)[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(
        fact =>
          fact && (
            <div key={fact[0]}>
              <dt>{fact[0]}</dt>
              <dd className="num">{fact[1]}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
