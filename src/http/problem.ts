import type { FastifyError } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { TrueupError } from '../kernel/error.ts'
import type { Problem } from './contract/problem.ts'

/** Below this address of the console every code has its page. */
const HELP = '/help/'

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  HTTP_REQUEST_INVALID: 400,
  CONFIG_FILE_UNREADABLE: 400,
  CONFIG_FILE_REFUSED: 400,
  HTTP_NOT_SIGNED_IN: 401,
  HTTP_PASSWORD_WRONG: 401,
  CHANNEL_WEBHOOK_NOT_SIGNED: 401,
  HTTP_CROSS_SITE: 403,
  HTTP_ROLE_MISSING: 403,
  HTTP_SCOPE_MISSING: 403,
  JOBS_NOT_PERMITTED: 403,
  HTTP_NOT_FOUND: 404,
  HTTP_BODY_SLOW: 408,
  HTTP_BODY_TOO_LARGE: 413,
  HTTP_MEDIA_TYPE: 415,
  HTTP_TOO_MANY_LOGINS: 429,
  HTTP_TOO_MANY_REQUESTS: 429,
  HTTP_TOO_MANY_WATCHERS: 503,
}

const TITLE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'The request does not fit',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  408: 'Too slow',
  409: 'Not possible as things stand',
  413: 'Too large',
  415: 'Media type not taken',
  429: 'Too many',
  500: 'Trueup made a mistake',
  503: 'Not available just now',
}

/** Whatever was thrown while a request was answered, as the document that its sender gets (RFC 9457). */
export function problemOf(thrown: unknown, instance: string): Problem {
  const error = known(thrown)
  const status = statusOf(error)
  const facts = Object.entries(error.detail).filter(([name]) => name !== 'issues' && name !== 'retryAfterMs')
  return {
    type: `${HELP}${error.code}`,
    title: TITLE_OF_STATUS[status] ?? 'Problem',
    status,
    detail: error.message,
    instance,
    code: error.code,
    hint: error.hint,
    docs: `${HELP}${error.code}`,
    retry: error.retry,
    ...(typeof error.detail.retryAfterMs === 'number' ? { retryAfterMs: error.detail.retryAfterMs } : {}),
    ...(facts.length > 0 ? { facts: Object.fromEntries(facts) } : {}),
    ...(Array.isArray(error.detail.issues) ? { issues: error.detail.issues } : {}),
  }
}

/** True for what no sender and no operator can help: it belongs in the log with its stack. */
export function isOurMistake(problem: Problem): boolean {
  return problem.status === 500
}

export function notFound(what: string, hint: string): TrueupError {
  return new TrueupError('HTTP_NOT_FOUND', `${what} does not exist.`, { retry: 'never', hint })
}

function statusOf(error: TrueupError): number {
  const own = STATUS_OF_CODE[error.code]
  if (own !== undefined) return own
  if (error.code === 'HTTP_BROKE') return 500
  if (error.code.endsWith('_NOT_FOUND') || error.code.endsWith('_UNKNOWN')) return 404
  return error.retry === 'backoff' ? 503 : 409
}

function known(thrown: unknown): TrueupError {
  if (thrown instanceof TrueupError) return thrown
  if (hasZodFastifySchemaValidationErrors(thrown)) return invalid(thrown.validation, thrown.validationContext)
  const { code, statusCode } = thrown as Partial<FastifyError>
  if (statusCode === 413) {
    return new TrueupError('HTTP_BODY_TOO_LARGE', 'The request is larger than this address takes.', {
      retry: 'never',
      hint: 'Send less in one request; files go to the upload of their feed.',
      cause: thrown,
    })
  }
  if (statusCode === 415 || code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new TrueupError('HTTP_MEDIA_TYPE', 'This address does not take that media type.', {
      retry: 'never',
      hint: 'Send JSON with the header Content-Type: application/json.',
      cause: thrown,
    })
  }
  if (code !== undefined && NOT_TEXT.has(code)) return notText(thrown)
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) return unreadable(thrown)
  return new TrueupError('HTTP_BROKE', 'Trueup could not answer this, and it is not your mistake.', {
    retry: 'backoff',
    hint: 'Try again. If it happens again, look for this address in the log of the server: the cause stands there.',
    cause: thrown,
  })
}

function invalid(issues: readonly { instancePath: string; message?: string | undefined }[], part: string | undefined): TrueupError {
  return new TrueupError('HTTP_REQUEST_INVALID', `The ${part ?? 'request'} does not fit what this address takes.`, {
    retry: 'never',
    hint: 'Mend the fields that are listed; /api/v1/openapi.json says what each may be.',
    detail: {
      issues: issues.map(issue => ({ at: issue.instancePath.replaceAll('/', '.').replace(/^\./, ''), message: issue.message ?? '' })),
    },
  })
}

/** What PostgreSQL says to a text with the character U+0000, in a value and in JSON. */
const NOT_TEXT: ReadonlySet<string> = new Set(['22021', '22P05'])

function notText(thrown: unknown): TrueupError {
  return new TrueupError('HTTP_REQUEST_INVALID', 'The request holds the character U+0000, which no text here may hold.', {
    retry: 'never',
    hint: 'Send it without that character.',
    cause: thrown,
  })
}

function unreadable(thrown: unknown): TrueupError {
  return new TrueupError('HTTP_REQUEST_INVALID', 'The request could not be read.', {
    retry: 'never',
    hint: 'Send valid JSON, or an empty body where none is needed.',
    cause: thrown,
  })
}
