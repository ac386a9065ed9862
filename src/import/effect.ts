/** What a believed row asks the ledger to do; a count is a reset of what is on hand. */
export type Effect = 'on_hand_reset' | 'atp_reset' | 'delta'

/** How an effect is written in a staged row: a smallint, since there may be millions. */
export const EFFECT_CODE: Readonly<Record<Effect, number>> = { on_hand_reset: 1, atp_reset: 2, delta: 3 }
