import type { Proof, ProofRow } from '../api/proofs.ts'
import type { Tone } from '../parts/state.tsx'

export const KIND: Record<Proof['kind'], string> = {
  hard_sync: 'Hard sync',
  sync_now: 'Sync now',
  sweep: 'Sweep',
  recent: 'After writing',
}

export const CAUSE: Record<ProofRow['cause'], { word: string; means: string }> = {
  another_writer: { word: 'Another writer', means: 'The shop confirmed our number and shows another.' },
  not_stocked: { word: 'Not stocked', means: 'The shop does not stock the item at this location.' },
  inactive: { word: 'Switched off', means: 'The level is inactive in the shop.' },
  refused: { word: 'Refused', means: 'The shop refused our number.' },
  queued: { word: 'Queued', means: 'Our newest number has not been sent yet.' },
  on_its_way: { word: 'On its way', means: 'Sent, and not answered yet.' },
  moved: { word: 'Moved meanwhile', means: 'Written, ordered or promised anew while it was read.' },
}

/** How a comparison ended, by word and colour. */
export function endOf(proof: Proof): { tone: Tone; word: string } {
  if (proof.finishedAt === null) return { tone: 'working', word: 'Under way' }
  if (proof.code === 'RECONCILE_BRAKE' && proof.releasedAt === null) return { tone: 'stuck', word: 'Held by the brake' }
  if (proof.code === 'RECONCILE_BRAKE') return { tone: 'ok', word: 'Released' }
  if (proof.code !== null) return { tone: 'stopped', word: 'Broke off' }
  const different = proof.levelsDifferent + proof.levelsNotStocked
  if (different > 0) return { tone: 'waiting', word: 'Set right' }
  return { tone: 'ok', word: 'Equal' }
}
