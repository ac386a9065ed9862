import type { Route } from '../../src/http/contract/route.ts'
import type { TestDatabase } from '../database.ts'

/** They change nothing: they try out, or show what would be. */
const NO_DEED = [
  'POST /jobs/:name/schedule/preview',
  'POST /samples',
  'POST /samples/:id/preview',
  'POST /rules/preview',
  'POST /samples/:id/review',
  'POST /shops/:code/choice/preview',
]

/** Whatever a test of the gate has done, the audit log has to say so: of every route that changes something, without being told of it. */
export function watchDeeds(routes: readonly Route[], { db }: TestDatabase) {
  const counted = async () => (await db.query<{ n: number }>('select count(*) as n from audit.entry'))[0]?.n ?? 0
  const [silent, told] = [new Set<string>(), new Set<string>(NO_DEED)]
  return {
    routes: routes.map((route): Route => {
      if (route.kind === 'hook' || route.kind === 'download' || (route.kind === 'json' && route.method === 'GET')) return route
      const handle = async (asked: never) => {
        const before = await counted()
        const answer = await (route.handle as (asked: never) => Promise<unknown>)(asked)
        const list = (await counted()) > before ? told : silent
        list.add(`${route.method} ${route.path}`)
        return answer
      }
      return { ...route, handle } as Route
    }),
    unaudited: () => [...silent].filter(name => !told.has(name)),
  }
}
