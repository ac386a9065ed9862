/** How the characters of a file are written as bytes, judged by the bytes alone. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

export type EncodingGuess = {
  encoding: Encoding
  /** Bytes of the byte order mark: 0, 2 or 3. */
  bomBytes: number
  /** False while every byte was plain ASCII, so that UTF-8 and Windows-1252 look the same. */
  isCertain: boolean
}

export function guessEncoding(head: Uint8Array): EncodingGuess {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', bomBytes: 3, isCertain: true }
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', bomBytes: 2, isCertain: true }
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', bomBytes: 2, isCertain: true }
  const wide = wideEncoding(head)
  if (wide !== null) return { encoding: wide, bomBytes: 0, isCertain: true }
  const narrow = narrowEncoding(head)
  return { encoding: narrow ?? 'utf-8', bomBytes: 0, isCertain: narrow !== null }
}

/** How many of a hundred code units have to look like UTF-16 Latin text before it is believed without a mark. */
const WIDE_SHARE_MIN = 0.4
const WIDE_SHARE_OTHER_MAX = 0.05

/** UTF-16 without a mark: text of the Latin alphabet has a NUL in every second byte. */
function wideEncoding(head: Uint8Array): Encoding | null {
  const pairs = head.length >> 1
  if (pairs < 2) return null
  let evenNuls = 0
  let oddNuls = 0
  for (let i = 0; i < pairs * 2; i += 2) {
    if (head[i] === 0) evenNuls += 1
    if (head[i + 1] === 0) oddNuls += 1
  }
  if (oddNuls / pairs >= WIDE_SHARE_MIN && evenNuls / pairs <= WIDE_SHARE_OTHER_MAX) return 'utf-16le'
  if (evenNuls / pairs >= WIDE_SHARE_MIN && oddNuls / pairs <= WIDE_SHARE_OTHER_MAX) return 'utf-16be'
  return null
}

/**
 * UTF-8 or Windows-1252, or null for plain ASCII. A UTF-8 file with a few damaged bytes stays UTF-8, so that the damage is
 * reported with its line: Windows-1252 accepts any byte and would turn the damage into letters.
 */
export function narrowEncoding(bytes: Uint8Array): 'utf-8' | 'windows-1252' | null {
  let sound = 0
  let broken = 0
  let western = 0
  for (let i = 0; i < bytes.length; ) {
    if ((bytes[i] ?? 0) < 0x80) {
      i += 1
      continue
    }
    const width = sequenceBytes(bytes, i)
    if (width === 'cut') break
    if (width > 0) {
      sound += 1
      i += width
      continue
    }
    broken += 1
    if (isWestern(bytes, i)) western += 1
    i += 1
  }
  if (sound + broken === 0) return null
  return broken > sound && western >= broken * 0.9 ? 'windows-1252' : 'utf-8'
}

/** Bytes of the UTF-8 sequence that starts at `at`; 0 if none does; `cut` if the bytes end inside it. */
function sequenceBytes(bytes: Uint8Array, at: number): number | 'cut' {
  const lead = bytes[at] ?? 0
  const width = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0
  if (width === 0) return 0
  for (let i = 1; i < width; i++) {
    if (at + i >= bytes.length) return 'cut'
    if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0
  }
  return width
}

/** €, quotes, dashes, ™, blanks, ©, ®, °, ², ½ …: what stands anywhere in Western text. */
const WESTERN_SIGNS = new Set([
  0x80, 0x82, 0x84, 0x85, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x99, 0xa0, 0xa3, 0xa7, 0xa9, 0xab, 0xae, 0xb0, 0xb1, 0xb2, 0xb3, 0xb4,
  0xb5, 0xb7, 0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0xd7, 0xd8, 0xf8,
])

/** Whether a high byte makes sense as Windows-1252: a sign, or a letter in the company of letters of its case. */
function isWestern(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at] ?? 0
  if (WESTERN_SIGNS.has(byte)) return true
  if (byte < 0xc0 || byte === 0xff || byte === 0xf7) return [0x8a, 0x8c, 0x8e, 0x9a, 0x9c, 0x9e, 0x9f].includes(byte)
  const before = letterCase(bytes[at - 1])
  const after = letterCase(bytes[at + 1])
  if (byte >= 0xdf) return before !== 'none' || after === 'lower' || isWordAlone(bytes, at)
  return after === 'upper' || (before !== 'lower' && (after === 'lower' || before === 'upper'))
}

/** à, è, é, ó, ô are words of their own in one language or another. */
function isWordAlone(bytes: Uint8Array, at: number): boolean {
  return bytes[at - 1] === 0x20 && bytes[at + 1] === 0x20
}

function letterCase(byte: number | undefined): 'upper' | 'lower' | 'none' {
  if (byte === undefined) return 'none'
  if ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0xc0 && byte <= 0xde)) return 'upper'
  if ((byte >= 0x61 && byte <= 0x7a) || byte >= 0xdf) return 'lower'
  return 'none'
}

/** Text for a guess: never throws, damage shows as U+FFFD. */
export function decodeLoosely(bytes: Uint8Array, encoding: Encoding): string {
  return new TextDecoder(encoding).decode(bytes)
}
