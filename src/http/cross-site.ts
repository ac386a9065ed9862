import type { FastifyRequest } from 'fastify'
import { TrueupError } from '../kernel/error.ts'

/** What our own pages send with everything that changes something; a foreign page cannot without being asked about first. */
export const CONSOLE_HEADER = 'x-trueup-console'

/**
 * Refuses what a foreign page makes a browser send. Beside the cookie's SameSite=Strict, which other ports of the same
 * host pass: the header needs a preflight that we never grant, and the origin has to be ours.
 */
export function refuseCrossSite(request: FastifyRequest): void {
  if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return
  const { origin } = request.headers
  // Browsers say themselves where a request comes from; whoever is no browser says nothing.
  const site = request.headers['sec-fetch-site']
  const isForeign = (origin !== undefined && hostOf(origin) !== request.host) || site === 'cross-site' || site === 'same-site'
  if (!isForeign && request.headers[CONSOLE_HEADER] !== undefined) return
  throw new TrueupError('HTTP_CROSS_SITE', 'This request did not come from the console.', {
    retry: 'never',
    hint: `Use the console at this very address, or a token. A script that signs in sends the header ${CONSOLE_HEADER}: 1 with every change.`,
  })
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null
}
