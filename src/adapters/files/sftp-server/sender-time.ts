import { UNFINISHED_AT_S } from '../spool.ts'

const NS_PER_SECOND = 1_000_000_000n
const NS_PER_MS = 1_000_000n

/**
 * The modification time that the client gave the file; null if it gave none. The protocol carries whole seconds, and what
 * the system writes by itself has a fraction, so the one is told from the other without remembering anything. The time of what is
 * unfinished is nobody's.
 */
export function senderTimeOf(stats: { mtimeNs: bigint }): number | null {
  const seconds = stats.mtimeNs / NS_PER_SECOND
  return stats.mtimeNs % NS_PER_SECOND === 0n && seconds !== BigInt(UNFINISHED_AT_S) ? Number(stats.mtimeNs / NS_PER_MS) : null
}
