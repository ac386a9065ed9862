/** Bugs, not data: what fails here is our own mistake, never a bad row or a bad wire. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`bug: ${message}`)
}

/** Closes a union: a new member does not compile until every switch names it. */
export function unreachable(value: never): never {
  throw new Error(`bug: not expected here: ${JSON.stringify(value)}`)
}
