import type { z } from 'zod'

/** What a person may do: look, operate, or administrate. Each includes the ones before it. */
export const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** The chapters of the API: the rooms and parts to which its routes belong. */
export const CHAPTERS = [
  ...(['street', 'health', 'inventory', 'availability', 'catalog', 'feed', 'import', 'channel', 'outbox', 'orders'] as const),
  ...(['reconcile', 'jobs', 'alerts', 'settings', 'audit', 'people', 'session', 'configuration', 'backup'] as const),
] as const
export type Chapter = (typeof CHAPTERS)[number]

/** By these more could be had than was given: a person, another token, every secret. No token that is held to chapters gets there. */
const CHAPTERS_OF_ALL = ['people', 'session', 'configuration', 'backup'] as const satisfies readonly Chapter[]

/** The chapters to which a token may be held. */
export const SCOPES = CHAPTERS.filter((one): one is Scope => !CHAPTERS_OF_ALL.some(other => other === one))
export type Scope = Exclude<Chapter, (typeof CHAPTERS_OF_ALL)[number]>

/** Who asks. The command line of the same machine is somebody too. */
export type Who = { name: string; role: Role }

export type Asked<Params, Query, Body> = {
  params: Params
  query: Query
  body: Body
  who: Who
  /** What the sender calls this request (`Idempotency-Key`), so that asking twice is asking once; null: nothing. */
  idempotencyKey: string | null
  /** Aborts when the one who asked has gone. */
  signal: AbortSignal
}

/** A file that goes out. It is streamed, so it may be as large as it likes. */
export type Download = { fileName: string; mediaType: string; chunks: AsyncIterable<Uint8Array> }

/** A file that comes in, as a stream that ends with an error when the sender broke off. */
export type Upload = { chunks: AsyncIterable<Uint8Array> }

type Described = {
  /** Below /api/v1, with `:name` for what varies. */
  path: `/${string}`
  summary: string
  /** The room or part to which it belongs, in the OpenAPI document as for the tokens that are held to some. */
  tag: Chapter
  /** The least role that may ask. */
  role: Role
  /** It keeps keys of senders itself, with what it does: the gate leaves them to it. */
  keepsKeys?: true
  /** Its answer holds a secret, which is kept nowhere: a repeat under the same key is not told it again. */
  isShownOnce?: true
}

type Schema = z.ZodType
type Given<S extends Schema | undefined> = S extends Schema ? z.output<S> : undefined

/** A route that answers with JSON. */
export type JsonRoute = Described & {
  kind: 'json'
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  params?: Schema
  query?: Schema
  body?: Schema
  answer: Schema
  /** Lists of the answer that hold all there is although they come at once: they may go out as a file, as those that come page by page do. */
  wholeLists?: readonly string[]
  status: 200 | 201 | 202
  handle(asked: Asked<unknown, unknown, unknown>): Promise<unknown>
}

export type DownloadRoute = Described & {
  kind: 'download'
  method: 'GET'
  params?: Schema
  query?: Schema
  handle(asked: Asked<unknown, unknown, undefined>): Promise<Download>
}

/** A route that takes the bytes of one file as its body, whatever media type they claim. */
export type UploadRoute = Described & {
  kind: 'upload'
  method: 'POST'
  params?: Schema
  query?: Schema
  answer: Schema
  status: 201
  handle(asked: Asked<unknown, unknown, Upload>): Promise<unknown>
}

/**
 * A door for another system, which shows who it is by a signature over the raw bytes instead of signing in. Whatever is not
 * signed is refused by `handle` itself; nothing of the body is read before.
 */
export type HookRoute = Omit<Described, 'role'> & {
  kind: 'hook'
  method: 'POST'
  params?: Schema
  handle(asked: { params: unknown; header(name: string): string | undefined; rawBody: Uint8Array }): Promise<void>
}

/**
 * What people may see and do in a room: plain values that the gate mounts. A room's `routes.ts` exports a function from
 * what it needs to a list of these, and so knows nothing of the server.
 */
export type Route = AdmittedRoute | HookRoute

/** A route for somebody who is signed in. */
export type AdmittedRoute = JsonRoute | DownloadRoute | UploadRoute

export function jsonRoute<
  Answer extends Schema,
  Params extends Schema | undefined = undefined,
  Query extends Schema | undefined = undefined,
  Body extends Schema | undefined = undefined,
>(
  route: Described & {
    method: JsonRoute['method']
    params?: Params
    query?: Query
    body?: Body
    answer: Answer
    wholeLists?: readonly (keyof z.output<Answer> & string)[]
    status?: JsonRoute['status']
    handle(asked: Asked<Given<Params>, Given<Query>, Given<Body>>): Promise<z.output<Answer>>
  },
): Route {
  return { status: 200, ...route, kind: 'json' } as Route
}

export function downloadRoute<Params extends Schema | undefined = undefined, Query extends Schema | undefined = undefined>(
  route: Described & {
    params?: Params
    query?: Query
    handle(asked: Asked<Given<Params>, Given<Query>, undefined>): Promise<Download>
  },
): Route {
  return { ...route, kind: 'download', method: 'GET' } as Route
}

export function uploadRoute<
  Answer extends Schema,
  Params extends Schema | undefined = undefined,
  Query extends Schema | undefined = undefined,
>(
  route: Described & {
    params?: Params
    query?: Query
    answer: Answer
    handle(asked: Asked<Given<Params>, Given<Query>, Upload>): Promise<z.output<Answer>>
  },
): Route {
  return { ...route, kind: 'upload', method: 'POST', status: 201 } as Route
}

export function hookRoute<Params extends Schema | undefined = undefined>(
  route: Omit<Described, 'role'> & {
    params?: Params
    handle(asked: { params: Given<Params>; header(name: string): string | undefined; rawBody: Uint8Array }): Promise<void>
  },
): Route {
  return { ...route, kind: 'hook', method: 'POST' } as Route
}
