import type { Proof, ProofRow } from '../api/proofs.ts'
import type { Tone } from '../parts/state.tsx'
import { proofs as texts } from '../texts/proofs.ts'

export const KIND: Record<Proof['kind'], string> = {
  hard_sync: texts.hardSync,
  sync_now: texts.syncNow,
  sweep: texts.sweep,
  recent: texts.afterWriting,
}

export const CAUSE: Record<ProofRow['cause'], { word: string; means: string }> = {
  another_writer: { word: texts.anotherWriter, means: texts.theShopConfirmedOurNumberAndShows },
  not_stocked: { word: texts.notStocked, means: texts.theShopDoesNotStockTheItem },
  inactive: { word: texts.switchedOff, means: texts.theLevelIsInactiveInTheShop },
  refused: { word: texts.refused, means: texts.theShopRefusedOurNumber },
  queued: { word: texts.queued, means: texts.ourNewestNumberHasNotBeenSent },
  on_its_way: { word: texts.onItsWay, means: texts.sentAndNotAnsweredYet },
  moved: { word: texts.movedMeanwhile, means: texts.writtenOrderedOrPromisedAnewWhileIt },
}

/** How a comparison ended, by word and colour. */
export function endOf(proof: Proof): { tone: Tone; word: string } {
  if (proof.finishedAt === null) return { tone: 'working', word: texts.underWay }
  if (proof.code === 'RECONCILE_BRAKE' && proof.releasedAt === null) return { tone: 'stuck', word: texts.heldByTheBrake }
  if (proof.code === 'RECONCILE_BRAKE') return { tone: 'ok', word: texts.released }
  if (proof.code !== null) return { tone: 'stopped', word: texts.brokeOff }
  const different = proof.levelsDifferent + proof.levelsNotStocked
  if (different > 0) return { tone: 'waiting', word: texts.setRight }
  return { tone: 'ok', word: texts.equal }
}
