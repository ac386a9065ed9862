import { ActionIcon, Button, TextInput } from '@mantine/core'
import { IconChevronLeft, IconChevronRight, IconSearch } from '@tabler/icons-react'
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useLocation, useSearchParams } from 'react-router'
import { parts as texts } from '../texts/parts.ts'
import classes from './list.module.css'
import { whole } from './number.ts'

/** What a person chose of a list. It lives in the address, so that a link shows the same view. */
export function useView() {
  const [params, setParams] = useSearchParams()
  const get = (name: string): string | null => params.get(name)
  /** Another choice begins at the first page; it takes the place of the present address, so that Back leaves the list. */
  function set(changes: Record<string, string | null>) {
    setParams(
      before => {
        const after = new URLSearchParams(before)
        if (!('page' in changes)) after.delete('page')
        for (const [name, value] of Object.entries(changes)) {
          if (value === null || value === '') after.delete(name)
          else after.set(name, value)
        }
        return after
      },
      { replace: true },
    )
  }
  return { get, set, page: Math.max(1, Number(params.get('page') ?? 1) || 1) }
}

const SEARCH_PAUSE_MS = 250

/** What a page is told that is opened in order to search. */
export const FOCUS_SEARCH = 'search'

/** `/` jumps here. Asks when one has stopped typing. */
export function Search({ value, onChange, label }: { value: string; onChange: (value: string) => void; label: string }) {
  const [typed, setTyped] = useState(value)
  const { state } = useLocation()
  useEffect(() => setTyped(value), [value])
  useEffect(() => {
    if (typed === value) return
    const pause = setTimeout(() => onChange(typed), SEARCH_PAUSE_MS)
    return () => clearTimeout(pause)
  }, [typed, value, onChange])
  return (
    <TextInput
      className={classes.search ?? ''}
      size="sm"
      type="search"
      data-search
      autoFocus={state === FOCUS_SEARCH}
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={event => setTyped(event.currentTarget.value)}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={typed === '' ? <kbd className={classes.key}>/</kbd> : null}
    />
  )
}

/** One of several, as chips; none pressed: all. */
export function Chips({
  label,
  value,
  options,
  onChange,
}: {
  label: string
  value: string | null
  options: readonly { value: string; label: string; count?: number }[]
  onChange: (value: string | null) => void
}) {
  return (
    <fieldset className={classes.chips}>
      <legend className="sr-only">{label}</legend>
      {options.map(option => (
        <button
          key={option.value}
          type="button"
          className={classes.chip}
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value === value ? null : option.value)}
        >
          {option.label}
          {option.count !== undefined && <span className="num">{whole(option.count)}</span>}
        </button>
      ))}
    </fieldset>
  )
}

type Page = { page: number; pageSize: number; total: number; isTotalAtLeast: boolean }

export const totalOf = (page: Page): string => `${whole(page.total)}${page.isTotalAtLeast ? '+' : ''}`

export function Pager({ of, onPage }: { of: Page; onPage: (page: number) => void }) {
  const first = (of.page - 1) * of.pageSize + 1
  const last = Math.min(of.page * of.pageSize, of.total)
  const isLast = of.page * of.pageSize >= of.total && !of.isTotalAtLeast
  if (of.total === 0 || (of.page === 1 && isLast)) return null
  return (
    <nav className={classes.pager} aria-label={texts.pages}>
      <span className="num">
        {whole(first)}–{whole(last)} {texts.ofWord} {totalOf(of)}
      </span>
      <ActionIcon variant="default" aria-label={texts.previousPage} disabled={of.page === 1} onClick={() => onPage(of.page - 1)}>
        <IconChevronLeft size={16} />
      </ActionIcon>
      <ActionIcon variant="default" aria-label={texts.nextPage} disabled={isLast} onClick={() => onPage(of.page + 1)}>
        <IconChevronRight size={16} />
      </ActionIcon>
    </nav>
  )
}

/** A page of a list and the way to the others, which lies in the address where nobody says otherwise; `empty` where there is nothing. */
export function Paged({
  of,
  empty,
  onPage,
  children,
}: {
  of: Page & { rows: readonly unknown[] }
  empty: ReactNode
  onPage?: (page: number) => void
  children: ReactNode
}) {
  const view = useView()
  const go = onPage ?? ((page: number) => view.set({ page: page === 1 ? null : String(page) }))
  if (of.rows.length === 0) return of.page > 1 ? <PastTheEnd of={of} onPage={go} /> : empty
  return (
    <>
      {children}
      <Pager of={of} onPage={go} />
    </>
  )
}

/** What was on this page is there no more, or an old link leads here: nothing here does not mean that there is nothing. */
function PastTheEnd({ of, onPage }: { of: Page; onPage: (page: number) => void }) {
  return (
    <div className={classes.pastTheEnd} role="status">
      <h3>{texts.theListEndsBeforeThisPage}</h3>
      <Button size="xs" variant="default" onClick={() => onPage(Math.max(1, Math.ceil(of.total / of.pageSize)))}>
        {texts.toItsLastPage}
      </Button>
    </div>
  )
}

/**
 * A table that scrolls within itself where the screen is too narrow, and can be reached and moved by keyboard then. On a phone each row
 * is a card: what it is stands above, and beside each other cell the name of its column. `hidden`: the places of columns that are not
 * shown, from `useHidden`.
 */
export function Table({ label, head, hidden, children }: { label: string; head: ReactNode; hidden?: string; children: ReactNode }) {
  const table = useRef<HTMLTableElement>(null)
  useLayoutEffect(() => nameCells(table.current))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable without a mouse
    <section className={classes.scroll} tabIndex={0} aria-label={label}>
      <table ref={table} className={classes.table} data-rows data-hidden={hidden || undefined}>
        <thead>{head}</thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  )
}

/** Each cell is told the name of its column and whether it is the wide one, which CSS cannot find out. */
function nameCells(table: HTMLTableElement | null): void {
  const heads = [...(table?.tHead?.rows[0]?.cells ?? [])]
  const names = heads.map(head => (head.querySelector('.sr-only') ? '' : head.textContent.trim()))
  for (const row of table?.tBodies[0]?.rows ?? []) {
    if (row.cells.length !== heads.length) continue
    for (const [at, head] of heads.entries()) {
      row.cells[at]?.setAttribute('data-column', names[at] ?? '')
      row.cells[at]?.toggleAttribute('data-wide', head.classList.contains(cell.wide))
    }
  }
}

export const cell = {
  right: classes.right ?? '',
  wide: classes.wide ?? '',
  dim: classes.dim ?? '',
  nowrap: classes.nowrap ?? '',
  main: classes.main ?? '',
  toolbar: classes.toolbar ?? '',
  narrowHidden: classes.narrowHidden ?? '',
  wrapped: classes.wrapped ?? '',
  mediumHidden: classes.mediumHidden ?? '',
  narrowOnly: classes.narrowOnly ?? '',
  clamped: classes.clamped ?? '',
  deeds: classes.deeds ?? '',
  current: classes.current ?? '',
}
