/** What a document cost when it was asked for `size` things. */
export type Price = { size: number; points: number }

/** What a call is taken to cost until one like it was answered. */
export const COST_POINTS_GUESS = 50

/** Part of a price does not grow with its size. */
const FIXED_POINTS = 10

/** How many things the variables name: a call for more of them costs more. */
export function sizeOf(variables: Record<string, unknown>): number {
  return Array.isArray(variables.ids) ? Math.max(1, variables.ids.length) : 1
}

/** Rather too much than too little: too little is a call that the shop turns away. */
export function predictedPoints(known: Price | undefined, size: number): number {
  if (known === undefined) return COST_POINTS_GUESS * (size > 1 ? 10 : 1)
  return Math.ceil((known.points * size) / known.size) + (size === known.size ? 0 : FIXED_POINTS)
}
