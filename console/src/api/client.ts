import type { Problem } from '../../../src/http/contract/problem.ts'

const API = '/api/v1'
/** Says that a change was asked for by this page; see docs/errors/HTTP_CROSS_SITE.md. */
const CONSOLE_HEADER = { 'x-trueup-console': '1' }

/** What the server answered instead of what was asked for, with its code and what to do next. */
export class ApiProblem extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.detail)
    this.name = 'ApiProblem'
    this.problem = problem
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>

export function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '')
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return `${API}${path}${search === '' ? '' : `?${search}`}`
}

export async function getJson<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return answerOf<T>(await reach(address(path, query), signal ? { signal } : {}))
}

export async function change<T>(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
  more: Record<string, string> = {},
): Promise<T> {
  const headers = { ...CONSOLE_HEADER, ...more }
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } }
  return answerOf<T>(await reach(address(path), { method, headers, ...sent }))
}

export type UploadProgress = { sentBytes: number; totalBytes: number }

/** Sends a file as it is. The old request object, since fetch does not tell how far it has come. */
export function upload<T>(path: string, query: Query, file: File, onProgress: (progress: UploadProgress) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address(path, query))
    request.setRequestHeader('x-trueup-console', '1')
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = ({ loaded, total }) => onProgress({ sentBytes: loaded, totalBytes: total })
    request.onerror = () => reject(unreachable())
    request.onload = () => {
      const answer = readJson(request.responseText)
      if (request.status >= 200 && request.status < 300) resolve(answer as T)
      else reject(new ApiProblem(isProblem(answer) ? answer : unreadable(request.status)))
    }
    request.send(file)
  })
}

async function reach(url: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...options, credentials: 'same-origin' })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw unreachable()
  }
}

async function answerOf<T>(response: Response): Promise<T> {
  const answer = readJson(await response.text())
  if (response.ok) return answer as T
  throw new ApiProblem(isProblem(answer) ? answer : unreadable(response.status))
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isProblem(answer: unknown): answer is Problem {
  return typeof answer === 'object' && answer !== null && 'code' in answer && 'detail' in answer
}

function unreachable(): ApiProblem {
  return new ApiProblem({
    ...{ type: '', title: 'Not reached', status: 0, instance: '', docs: '', retry: 'backoff' },
    code: 'HTTP_UNREACHABLE',
    detail: 'The server does not answer.',
    hint: 'See whether it runs and whether you are online. This page tries again by itself.',
  })
}

function unreadable(status: number): ApiProblem['problem'] {
  return {
    ...{ type: '', title: 'Not understood', status, instance: '', docs: '', retry: 'backoff' },
    code: 'HTTP_UNREADABLE',
    detail: `The server answered with status ${status} and nothing that this page understands.`,
    hint: 'Something between this page and the server may have answered in its place. Try again.',
  }
}
