import { type Encoding, guessEncoding } from '../../import/encoding.ts'
import { Broken } from './broken.ts'

/** Text of a file, piece by piece, with where each piece begins in its bytes. */
export type TextPiece = { text: string; byteOffset: number; bytesRead: number }

const PIECE_BYTES_MAX = 64 * 1024

/** Decodes a file that is one document: a byte that is no text breaks all of it, since nothing tells where the next record begins. */
export async function* textOf(chunks: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<TextPiece> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  let byteOffset = 0
  const decode = (bytes: Uint8Array | null) => {
    try {
      return bytes === null ? decoder.decode() : decoder.decode(bytes, { stream: true })
    } catch {
      throw new Broken(`Near byte ${byteOffset} stand bytes that are no text in ${encoding}.`)
    }
  }
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES_MAX) {
      const bytes = chunk.subarray(at, at + PIECE_BYTES_MAX)
      const text = decode(bytes)
      if (text !== '') yield { text, byteOffset, bytesRead: byteOffset + bytes.length }
      byteOffset += bytes.length
    }
  }
  const last = decode(null)
  if (last !== '') yield { text: last, byteOffset, bytesRead: byteOffset }
}

/** The encoding of a document, by its mark, its bytes, or what it says itself. */
export function encodingOf(head: Uint8Array, declared: Encoding | undefined): Encoding {
  if (declared !== undefined) return declared
  const guess = guessEncoding(head)
  if (guess.encoding !== 'utf-8' || guess.bomBytes > 0) return guess.encoding
  const said = /^\s*<\?xml[^>]*encoding=["']([A-Za-z0-9_.:-]+)["']/.exec(Buffer.from(head.subarray(0, 200)).toString('latin1'))?.[1]
  // What calls itself ISO-8859-1 or ASCII is read as Windows-1252, as browsers do.
  return said !== undefined && /^(?:iso-?8859-1|latin-?1|windows-1252|cp-?1252|us-ascii)$/i.test(said) ? 'windows-1252' : 'utf-8'
}
