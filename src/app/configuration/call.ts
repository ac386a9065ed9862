import type { JsonRoute, Route, Who } from '../../http/contract/route.ts'
import { assert } from '../../kernel/assert.ts'

type Asked = { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown }

/** Does what a person could ask by the API: with the same checks, and on the same record. */
export type Call = (method: JsonRoute['method'], path: string, asked?: Asked) => Promise<unknown>

/** The routes of a list, called without a network. `path` is written as the route is, with its `:name`. */
export function callerOf(routes: readonly Route[], who: Who): Call {
  return async (method, path, { params = {}, query = {}, body } = {}) => {
    const route = jsonRouteOf(routes, method, path)
    return route.handle({
      params: route.params?.parse(params),
      query: route.query?.parse(query),
      body: route.body?.parse(body),
      ...{ who, idempotencyKey: null, signal: new AbortController().signal },
    })
  }
}

/** `path` is written as the route is, with its `:name`. */
export function jsonRouteOf(routes: readonly Route[], method: JsonRoute['method'], path: string): JsonRoute {
  const route = routes.find((one): one is JsonRoute => one.kind === 'json' && one.method === method && one.path === path)
  assert(route !== undefined, `there is a route ${method} ${path}`)
  return route
}
