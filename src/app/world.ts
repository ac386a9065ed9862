import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock, Sleep } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'

/** Time, chance and waiting as they are. Everything else is handed these, or a seeded stand-in. */
export const realClock: Clock = { now: () => Date.now() }

export const realSleep: Sleep = async (durationMs, signal) => {
  try {
    await wait(durationMs, undefined, signal ? { signal } : {})
  } catch (error) {
    if (!signal?.aborted) throw error
  }
}

/* Hexadecimal, since people pass passwords to programs and mark them with a double click: a word that begins with a hyphen is taken for an option. */
const SECRET_BYTES = 16

export const realIds: Ids = {
  uuid: () => randomUUID(),
  secret: () => randomBytes(SECRET_BYTES).toString('hex'),
}
