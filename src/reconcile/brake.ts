import { grouped } from '../kernel/grouped.ts'
/**
 * How much one comparison may set right by itself. A shop that differs everywhere is more likely a wrong mapping or a wrong
 * file than nine thousand coincidences, so beyond the limits a person looks first.
 */
export type BrakeLimits = { correctionsMax: number; unitsMax: number }

export const BRAKE_DEFAULT: BrakeLimits = { correctionsMax: 1_000, unitsMax: 50_000 }

export type BrakeVerdict = { kind: 'repair' } | { kind: 'hold'; code: 'RECONCILE_BRAKE'; reason: string }

export function judgeCorrections(found: { corrections: number; units: number }, limits: BrakeLimits): BrakeVerdict {
  if (found.corrections > limits.correctionsMax)
    return hold(`${grouped(found.corrections)} levels differ; at most ${grouped(limits.correctionsMax)} are corrected without a person`)
  if (found.units > limits.unitsMax)
    return hold(
      `the differences add up to ${grouped(found.units)} units; at most ${grouped(limits.unitsMax)} are corrected without a person`,
    )
  return { kind: 'repair' }
}

function hold(reason: string): BrakeVerdict {
  return { kind: 'hold', code: 'RECONCILE_BRAKE', reason }
}
