import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Problem } from '../http/contract/problem.ts'
import { TrueupError } from '../kernel/error.ts'

/** How the commands speak with the running program: as the console does, with the token of this machine. */
export type Api = {
  url: string
  pid: number
  get<T>(path: string): Promise<T>
  /** @param answerMs how long it may take; less than a minute unless said otherwise. */
  post<T>(path: string, body?: unknown, answerMs?: number): Promise<T>
  put<T>(path: string, body: unknown): Promise<T>
  remove<T>(path: string): Promise<T>
  /** The bytes of one file, as they come. */
  download(path: string): Promise<ReadableStream<Uint8Array>>
  /** Sends the bytes of one file. */
  upload<T>(path: string, chunks: ReadableStream<Uint8Array>): Promise<T>
}

/** What a server leaves in its data directory while it runs (app/server.ts), and the token of this machine beside it. */
export const SERVER_FILE = 'server.json'
const TOKEN_FILE = 'cli-token'
const BASE = '/api/v1'
/** Answered outside the API, for whoever keeps the program running. */
const OF_THE_GATE: ReadonlySet<string> = new Set(['/health/live', '/health/ready'])
const ANSWER_MS_MAX = 30_000

/** Finds the running program by the files in the first data directory that has them. Does not speak with it yet. */
export async function openApi(options: { dataDirs: readonly string[]; fetch: typeof fetch }): Promise<Api> {
  for (const dataDir of options.dataDirs) {
    const server = await readServerFile(dataDir)
    if (server === null) continue
    const token = (await readText(path.join(dataDir, TOKEN_FILE)))?.trim() ?? ''
    return apiOf({ ...server, token, fetch: options.fetch })
  }
  throw new TrueupError('CLI_SERVER_NOT_FOUND', `No Trueup runs with the data directory ${options.dataDirs[0]}.`, {
    retry: 'after-operator',
    hint: 'Start it with `trueup start`, or name the data directory of the one that runs with --data-dir.',
    detail: { dataDirs: options.dataDirs },
  })
}

type Found = { url: string; pid: number }

function apiOf(server: Found & { token: string; fetch: typeof fetch }): Api {
  const { url, pid, token } = server
  const ask = async <T>(route: string, init: RequestInit): Promise<T> => {
    const headers = { ...init.headers, authorization: `Bearer ${token}`, accept: 'application/json' }
    const target = new URL(OF_THE_GATE.has(route) ? route : `${BASE}${route}`, url)
    let response: Response
    let text: string
    try {
      response = await server.fetch(target, { ...init, headers })
      text = await response.text()
    } catch (cause) {
      throw unreachable({ url, pid }, cause)
    }
    const body = parsed(text)
    if (response.ok && body !== undefined) return body as T
    throw isProblem(body) ? errorOf(body) : notUnderstood(target, response.status)
  }
  const soon = (answerMs = ANSWER_MS_MAX) => ({ signal: AbortSignal.timeout(answerMs) })
  return {
    url,
    pid,
    get: route => ask(route, { ...soon() }),
    post: (route, body, answerMs) => ask(route, { method: 'POST', ...(body === undefined ? {} : asJson(body)), ...soon(answerMs) }),
    remove: route => ask(route, { method: 'DELETE', ...soon() }),
    put: (route, body) => ask(route, { method: 'PUT', ...asJson(body), ...soon() }),
    async download(route) {
      const target = new URL(`${BASE}${route}`, url)
      const response = await server.fetch(target, { headers: { authorization: `Bearer ${token}` } }).catch(cause => {
        throw unreachable({ url, pid }, cause)
      })
      if (response.ok && response.body !== null) return response.body
      const body = parsed(await response.text())
      throw isProblem(body) ? errorOf(body) : notUnderstood(target, response.status)
    },
    upload(route, chunks) {
      const headers = { 'content-type': 'application/octet-stream' }
      return ask(route, { method: 'POST', body: chunks, headers, duplex: 'half' } as RequestInit)
    },
  }
}

function asJson(body: unknown): RequestInit {
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}

async function readServerFile(dataDir: string): Promise<Found | null> {
  const text = await readText(path.join(dataDir, SERVER_FILE))
  if (text === null) return null
  const said = parsed(text) as Partial<Found> | undefined
  return typeof said?.url === 'string' && typeof said.pid === 'number' ? { url: said.url, pid: said.pid } : null
}

async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new TrueupError('CLI_FILE_UNREADABLE', `${file} cannot be read (${code}).`, {
      retry: 'after-operator',
      hint: 'Run the command as the user who started Trueup, or as root.',
      detail: { file },
      cause: error,
    })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isProblem(body: unknown): body is Problem {
  const said = body as Partial<Problem> | undefined
  return typeof said?.code === 'string' && typeof said.detail === 'string' && typeof said.hint === 'string'
}

/** What the server refused, as its own error: the code leads to the same page. */
function errorOf(problem: Problem): TrueupError {
  const issues = (problem.issues ?? []).map(issue => `\n  ${issue.at}: ${issue.code ? `${issue.code}: ` : ''}${issue.message}`)
  return new TrueupError(problem.code, [problem.detail, ...issues].join(''), {
    retry: problem.retry,
    hint: problem.hint,
    detail: { status: problem.status, ...problem.facts, ...(problem.issues ? { issues: problem.issues } : {}) },
  })
}

function unreachable(found: Found, cause: unknown): TrueupError {
  return new TrueupError('CLI_SERVER_UNREACHABLE', `Trueup should answer at ${found.url} (process ${found.pid}), and does not.`, {
    retry: 'backoff',
    hint: 'Wait a moment if it was just started; otherwise start it again with `trueup start`.',
    detail: { url: found.url, pid: found.pid },
    cause,
  })
}

function notUnderstood(target: URL, status: number): TrueupError {
  return new TrueupError(
    'CLI_ANSWER_NOT_UNDERSTOOD',
    `The answer of ${target.origin}${target.pathname} (status ${status}) is not Trueup's.`,
    {
      retry: 'after-operator',
      hint: 'Check that the program that runs is of the same version as this command (`trueup --version`).',
      detail: { address: target.href, answered: status },
    },
  )
}
