import { useEffect } from 'react'
import { type NavigateFunction, useNavigate } from 'react-router'
import { FOCUS_SEARCH } from './list.tsx'

/**
 * The keys that work everywhere: `/` to the search of the page, `j` and `k` through the rows, Enter opens (the row has the
 * focus, so the browser does that), Esc out of a field. Whoever types into a field types.
 */
export function useKeys(): void {
  const navigate = useNavigate()
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      const isTyping = event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [contenteditable]') !== null
      if (event.key === 'Escape' && isTyping && event.target instanceof HTMLElement) leaveField(event, event.target)
      if (isTyping) return
      const move = { j: 1, k: -1 }[event.key]
      if (event.key === '/') focusSearch(event, navigate)
      else if (move !== undefined) moveRow(event, move)
    }
    document.addEventListener('keydown', listen)
    document.addEventListener('focusin', rememberRow)
    return () => {
      document.removeEventListener('keydown', listen)
      document.removeEventListener('focusin', rememberRow)
    }
  }, [navigate])
}

/** The browser would empty a search as well, and with it the list that one wants to walk through. */
function leaveField(event: KeyboardEvent, field: HTMLElement): void {
  if (field.matches('[data-search]')) event.preventDefault()
  field.blur()
}

/** A page without a search sends one to the stock, which is what people look for. */
function focusSearch(event: KeyboardEvent, navigate: NavigateFunction): void {
  event.preventDefault()
  const search = document.querySelector<HTMLInputElement>('main [data-search]')
  if (search === null) return void navigate('/stock', { state: FOCUS_SEARCH })
  search.focus()
  search.select()
}

/** Where the row leads that had the focus last: whoever comes back from it walks on from there. */
let lastRow: string | null = null

function rememberRow({ target }: FocusEvent): void {
  if (target instanceof HTMLAnchorElement && target.matches('main [data-row]')) lastRow = target.href
}

function moveRow(event: KeyboardEvent, by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')]
  if (rows.length === 0) return
  event.preventDefault()
  const focused = rows.indexOf(document.activeElement as HTMLElement)
  const at = focused === -1 ? rows.findIndex(row => row instanceof HTMLAnchorElement && row.href === lastRow) : focused
  const next = at === -1 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)
  rows[next]?.focus()
}
