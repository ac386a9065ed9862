import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useEffect, useState } from 'react'
import { useNavigate } from 'react-router'
import type { Wire } from '../../../src/http/contract/instant.ts'
import type { hits } from '../../../src/http/contract/search.ts'
import { getJson } from '../api/client.ts'
import { Modal } from '../parts/modal.tsx'
import { Code, Trouble } from '../parts/nothing.tsx'
import { titleOf } from '../parts/room-name.ts'
import { State } from '../parts/state.tsx'
import { frame as texts } from '../texts/frame.ts'
import classes from './palette.module.css'
import { PLACES, WITHIN } from './places.ts'

type Hit = Wire<typeof hits>['rows'][number]

const TYPED_PAUSE_MS = 150
const KINDS: Record<Hit['kind'], string> = {
  ...{
    sku: 'SKU',
    file: texts.file,
    feed: texts.feed,
    job: texts.job,
    shop: texts.shop,
    request: texts.request,
    order: texts.order,
    finding: texts.finding,
  },
}

/** The box that opens: what is typed, what was found, and where it leads. */
export default function PaletteBox({ close }: { close: () => void }) {
  return (
    <Modal onClose={close} size="lg" title={texts.whereIsItStuck} closeButtonProps={{ 'aria-label': texts.close }}>
      <Inside close={close} />
    </Modal>
  )
}

function Inside({ close }: { close: () => void }) {
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(0)
  const [asked] = useDebouncedValue(typed.trim(), TYPED_PAUSE_MS)
  const found = useQuery({
    queryKey: ['search', asked],
    queryFn: ({ signal }) => getJson<Wire<typeof hits>>('/search', { q: asked }, signal),
    enabled: asked !== '',
  })
  const wanted = typed.trim().toLowerCase()
  const pages = [
    ...PLACES.filter(place => place.label.toLowerCase().includes(wanted)),
    ...WITHIN.filter(({ label, words }) => wanted !== '' && `${label} ${words ?? ''}`.toLowerCase().includes(wanted)),
  ]
  const rows = asked === '' ? [] : (found.data?.rows ?? [])
  const targets = [...rows.map(row => row.action.to), ...pages.map(page => page.to)]
  const at = Math.min(chosen, Math.max(0, targets.length - 1))

  // The focus stays in the field, so nothing else brings the chosen line into sight.
  useEffect(() => {
    document.getElementById(`palette-${at}`)?.scrollIntoView({ block: 'nearest' })
  }, [at])

  function go(to: string | undefined) {
    if (to === undefined) return
    close()
    navigate(to)
  }

  function onKey(event: KeyboardEvent) {
    if (event.key === 'Enter') go(targets[at])
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (move === undefined) return
    event.preventDefault()
    setChosen(Math.min(Math.max(at + move, 0), targets.length - 1))
  }

  return (
    <div className={classes.palette}>
      <TextInput
        size="md"
        variant="unstyled"
        aria-label={texts.skuFileJobShopOrAnId}
        placeholder={texts.skuFileJobShopOrAnId}
        leftSection={<IconSearch size={18} aria-hidden />}
        value={typed}
        onChange={event => {
          setTyped(event.currentTarget.value)
          setChosen(0)
        }}
        onKeyDown={onKey}
        role="combobox"
        aria-expanded={targets.length > 0}
        aria-controls="palette-hits"
        aria-activedescendant={targets.length > 0 ? `palette-${at}` : undefined}
        data-autofocus
      />
      <Trouble error={found.error} />
      <div id="palette-hits" role="listbox" aria-label={texts.whatWasFound} className={classes.hits}>
        {rows.map((row, index) => (
          <div
            key={`${row.kind} ${row.title} ${row.action.to}`}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className={classes.hit}
            onClick={() => go(row.action.to)}
            onKeyDown={onKey}
          >
            <span className={classes.kind}>{KINDS[row.kind]}</span>
            <span>
              <b>{row.title}</b>
              <span className={classes.state}>
                <State tone={row.tone} word={row.stage === null ? texts.through : titleOf(row.stage)} isQuiet /> {row.state}{' '}
                {row.code && <Code code={row.code} />}
              </span>
            </span>
            <span className={classes.action}>{row.action.label}</span>
          </div>
        ))}
        {pages.map((page, index) => (
          <div
            key={page.label}
            id={`palette-${rows.length + index}`}
            role="option"
            tabIndex={-1}
            aria-selected={rows.length + index === at}
            className={classes.hit}
            onClick={() => go(page.to)}
            onKeyDown={onKey}
          >
            <span className={classes.kind}>{texts.page}</span>
            <b>{page.label}</b>
            <span className={classes.action}>{texts.open}</span>
          </div>
        ))}
      </div>
      {asked !== '' && found.data && targets.length === 0 && <p className={classes.none}>{texts.nothingIsCalledSo}</p>}
    </div>
  )
}
