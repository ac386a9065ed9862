/* Global ids as Shopify words them. The number in a level's id is not its location, and carries its item as a query. */

import { createHash } from 'node:crypto'

/** `gid://shopify/Location/7` */
export function gid(kind: string, id: number): string {
  return `gid://shopify/${kind}/${id}`
}

export function levelGid(id: number, itemId: number): string {
  return `${gid('InventoryLevel', id)}?inventory_item_id=${itemId}`
}

/** The number of a gid of this kind, or null when it is the gid of something else or none at all. */
export function numberOf(kind: string, value: unknown): number | null {
  const found = parseGid(value)
  return found !== null && found.kind === kind ? found.id : null
}

export function parseGid(value: unknown): { kind: string; id: number } | null {
  const found = /^gid:\/\/shopify\/([A-Za-z]+)\/(\d{1,15})(\?.*)?$/.exec(String(value))
  return found === null ? null : { kind: found[1] as string, id: Number(found[2]) }
}

/** A uuid that depends on the seed and a counter only, so that a run can be repeated to the letter. */
export function seededUuid(seed: number, counter: number): string {
  const hex = createHash('sha256').update(`${seed}/${counter}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
