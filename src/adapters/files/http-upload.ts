import type { Reception } from '../../feed/port.ts'
import { messageOf, TrueupError } from '../../kernel/error.ts'
import { spooledBytes, spoolWhole } from './spool.ts'

export type Upload = {
  feedId: number
  name: string
  chunks: AsyncIterable<Uint8Array>
  /** What the sender said the length is (Content-Length), if it did. */
  declaredBytes: number | null
  /** The file whose rejected rows it brings home. */
  corrects?: number
  /** The key of the request that brings rows. */
  requestKey?: string
}

/**
 * Streams the body of a request into the spool. Resolves when the file is whole and safe; a request that ends early, or
 * with another length than it declared, leaves the file interrupted and rejects.
 */
export async function receiveUpload(
  { spoolDir, reception }: { spoolDir: string; reception: Reception },
  { feedId, name, chunks, declaredBytes, corrects, requestKey }: Upload,
): Promise<{ fileId: number; bytes: number }> {
  const receipt = await reception.opened({
    ...{ feedId, door: 'http', name, expectedBytes: declaredBytes },
    ...{ corrects: corrects ?? null, requestKey: requestKey ?? null },
  })
  try {
    const bytes = await spoolWhole(spoolDir, receipt.spoolName, chunks)
    if (declaredBytes !== null && bytes !== declaredBytes)
      throw new Error(`the request declared ${declaredBytes} bytes and brought ${bytes}`)
    await reception.received(receipt, { bytes, modifiedAt: null, by: 'request' })
    return { fileId: receipt.fileId, bytes }
  } catch (cause) {
    const bytes = (await spooledBytes(spoolDir, receipt.spoolName)) ?? 0
    const reason = `The upload broke off after ${bytes} bytes: ${messageOf(cause)}`
    await reception.interrupted(receipt, { bytes, code: 'FILE_INTERRUPTED', reason })
    throw new TrueupError('FILE_INTERRUPTED', reason, {
      retry: 'backoff',
      hint: 'Send the whole file again.',
      detail: { fileId: receipt.fileId, bytes },
      cause,
    })
  }
}
