import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { Link } from 'react-router'
import type { helpIndex } from '../../../src/http/contract/help.ts'
import type { Wire } from '../../../src/http/contract/instant.ts'
import { getJson } from '../api/client.ts'
import { cell, Search, Table, useView } from '../parts/list.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { PageHead, Panel } from '../parts/panel.tsx'
import { help as texts } from '../texts/help.ts'

/** The manual and all error codes, searched in their whole text. All of it comes from this server: it is there offline too. */
export function HelpIndex() {
  const view = useView()
  const search = view.get('search') ?? ''
  const searched = useCallback((text: string) => view.set({ search: text }), [view.set])
  const found = useQuery({
    queryKey: ['help', 'index', search],
    queryFn: ({ signal }) => getJson<Wire<typeof helpIndex>>('/help', { search }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <>
      <PageHead title={texts.help} lead={texts.beginWithWhenStockIsNotIn} />
      <div style={{ marginBottom: 16 }}>
        <Search label={texts.searchTheManual} value={search} onChange={searched} />
      </div>
      <Shown of={found}>
        {({ rows }) => {
          if (rows.length === 0) return <Empty title={texts.noPageHasAllOfTheseWords}>{texts.takeFewerOfThem}</Empty>
          return (
            <div style={{ display: 'grid', gap: 16 }}>
              {(['manual', 'code'] as const).map(kind => {
                const shown = rows.filter(row => row.kind === kind)
                if (shown.length === 0) return null
                const title = kind === 'manual' ? texts.manual : texts.codes
                return (
                  <Panel key={kind} title={title} note={shown.length} isFlush>
                    <Table
                      label={title}
                      head={
                        <tr>
                          <th>{texts.page}</th>
                          <th className={`${cell.wide} ${cell.narrowHidden}`}>{texts.itBegins}</th>
                        </tr>
                      }
                    >
                      {shown.map(row => (
                        <tr key={row.name}>
                          <td className={cell.nowrap}>
                            <Link to={`/help/${row.name}`} data-row className={kind === 'code' ? 'mono' : ''}>
                              {row.title}
                            </Link>
                          </td>
                          <td className={`${cell.dim} ${cell.narrowHidden}`}>{row.excerpt}</td>
                        </tr>
                      ))}
                    </Table>
                  </Panel>
                )
              })}
            </div>
          )
        }}
      </Shown>
    </>
  )
}
