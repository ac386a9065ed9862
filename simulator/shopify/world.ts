/* What several shops have in common: what really exists, and what is going to happen. */

import { Agenda } from './agenda.ts'
import { Truth } from './truth.ts'

export type World = {
  readonly truth: Truth
  /** By the world's own clock; each shop's may be skewed. */
  readonly agenda: Agenda
}

export function newWorld(): World {
  return { truth: new Truth(), agenda: new Agenda() }
}
