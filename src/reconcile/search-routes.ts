import type { Sql } from '../db/connection.ts'
import { jsonRoute, type Route } from '../http/contract/route.ts'
import { hits, searchQuery } from '../http/contract/search.ts'
import { askedOf, type Hit, standOfSku } from './search.ts'
import * as store from './search-store.ts'

export type SearchDeps = {
  db: Sql
  /** The jobs that people know, with what is wrong with each; the clockwork knows them. */
  jobsCalled(text: string): Promise<Hit[]>
}

const HITS_MAX = 20

/** "Where is it stuck?": a SKU, a file, a job, a shop or an id of Shopify's, with its stage, its cause and what to press. */
export function searchRoutes({ db, jobsCalled }: SearchDeps): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/search',
      summary: 'Where is it stuck? By SKU, file name, job, shop, or an id of Shopify’s',
      tag: 'street',
      role: 'viewer',
      query: searchQuery,
      answer: hits,
      async handle({ query }) {
        const asked = askedOf(query.q)
        const found = [
          ...(await store.skusAsked(db, asked)).map(standOfSku),
          ...(await store.filesAsked(db, asked)).map(fileHit),
          ...(await store.requestsAsked(db, asked)).map(requestHit),
          ...(await jobsCalled(asked.text)),
          ...(await store.placesAsked(db, asked)).map(placeHit),
        ]
        return { rows: found.slice(0, HITS_MAX) }
      },
    }),
  ]
}

const FILE_STANDS: Readonly<Record<string, Pick<Hit, 'stage' | 'tone'>>> = {
  receiving: { stage: 'feed', tone: 'working' },
  interrupted: { stage: 'feed', tone: 'stuck' },
  received: { stage: 'import', tone: 'working' },
  staged: { stage: 'inventory', tone: 'working' },
  held: { stage: 'import', tone: 'stuck' },
  failed: { stage: 'import', tone: 'stopped' },
  applied: { stage: null, tone: 'ok' },
}

function fileHit({ fileId, name, feed, state, code, reason, changedAt }: store.FileAsked): Hit {
  const stand = FILE_STANDS[state] ?? { stage: null, tone: 'unknown' as const }
  const said = reason === null ? `The feed ${feed}: ${state}.` : `The feed ${feed}: ${state}. ${reason}`
  return {
    kind: 'file',
    title: name,
    state: said,
    since: changedAt,
    code,
    action: { label: 'Open the file', to: `/files/${fileId}` },
    ...stand,
  }
}

function requestHit({ shop, at, operation, outcome, code, message, requestId }: store.RequestAsked): Hit {
  return {
    ...{ kind: 'request', title: `${operation ?? 'A request'} to ${shop}`, stage: 'channel', since: at, code },
    tone: code === null ? 'ok' : 'stuck',
    state: message ?? `Shopify answered: ${outcome}${requestId === null ? '' : ` (${requestId})`}.`,
    action: { label: 'Open the job log', to: `/shops/${encodeURIComponent(shop)}` },
  }
}

function placeHit({ kind, code, name, state }: Awaited<ReturnType<typeof store.placesAsked>>[number]): Hit {
  const isShop = kind === 'shop'
  const isWell = state === 'reachable'
  return {
    ...{ kind, title: name, stage: isShop ? 'channel' : 'feed', since: null, code: null },
    tone: !isShop ? 'unknown' : isWell ? 'ok' : 'stuck',
    state: !isShop ? 'A feed of files.' : isWell ? 'Shopify answers.' : `Shopify: ${state ?? 'not asked yet'}.`,
    action: isShop
      ? { label: 'Open the shop', to: `/shops/${encodeURIComponent(code)}` }
      : { label: 'See its files', to: `/files?feed=${encodeURIComponent(code)}` },
  }
}
