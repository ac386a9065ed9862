import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Whether a webhook is Shopify's: the HMAC of the raw body under the app's client secret, compared in constant time. While a
 * secret is being changed both the new and the old one count.
 */
export function isSigned(rawBody: Uint8Array, signature: string | undefined, secrets: readonly string[]): boolean {
  const given = Buffer.from(signature ?? '', 'base64')
  // Every secret is tried, so that the time does not tell which one it was.
  return secrets.map(secret => isEqual(createHmac('sha256', secret).update(rawBody).digest(), given)).includes(true)
}

function isEqual(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}
