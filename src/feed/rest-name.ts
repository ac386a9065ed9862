import type { InstantMs } from '../kernel/clock.ts'

/** What a file system takes for one name. */
const NAME_BYTES_MAX = 255
/** Room for what is laid beside a file under its name: `.reason.txt`, `.errors.csv`. */
const COMPANION_BYTES = 16

const REST_PREFIX = /^\d{8}T\d{6}Z_\d+_/

/**
 * The name of a file at rest: `20261123T235035Z_42_stock.csv`. The moment it came in UTC, so that a list by name is a list by
 * time and a person finds it by both; its id, so that no two are alike; and the name it came under.
 */
export function restNameOf(file: { name: string; receivedAt: InstantMs; fileId: number }): string {
  const stamp = new Date(file.receivedAt)
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z')
  const prefix = `${stamp}_${file.fileId}_`
  return prefix + shortened(originalNameOf(file.name), NAME_BYTES_MAX - COMPANION_BYTES - prefix.length)
}

/** The name a file first came under. One that is dragged from `failed/` back to `inbox/` brings its rest name along. */
export function originalNameOf(name: string): string {
  const original = name.replace(REST_PREFIX, '')
  return original === '' ? name : original
}

/** The name of the note beside a failed file. */
export function reasonNameOf(restName: string): string {
  return `${restName}.reason.txt`
}

/** Shortens a name before its ending, never in the middle of a character. */
function shortened(name: string, bytesMax: number): string {
  if (bytesOf(name) <= bytesMax) return name
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 && bytesOf(name.slice(dot)) <= COMPANION_BYTES ? name.slice(dot) : ''
  let kept = ''
  let room = bytesMax - bytesOf(ending)
  for (const character of name) {
    room -= bytesOf(character)
    if (room < 0) break
    kept += character
  }
  return kept + ending
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}
