const NS_PER_SECOND = 1_000_000_000n
const NS_PER_MS = 1_000_000n

/**
 * The modification time that the client gave the file; null if it gave none. The protocol carries whole seconds, and what
 * the system writes by itself has a fraction, so the one is told from the other without remembering anything.
 */
export function senderTimeOf(stats: { mtimeNs: bigint }): number | null {
  return stats.mtimeNs % NS_PER_SECOND === 0n ? Number(stats.mtimeNs / NS_PER_MS) : null
}
