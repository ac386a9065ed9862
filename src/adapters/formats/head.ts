/** The beginning of a file, and whether that is all of it. */
export type Head = { bytes: Buffer; isWhole: boolean }

export async function readHead(source: AsyncIterator<Uint8Array>, bytesMin: number): Promise<Head> {
  const parts: Uint8Array[] = []
  let held = 0
  while (held < bytesMin) {
    const next = await source.next()
    if (next.done) return { bytes: Buffer.concat(parts), isWhole: true }
    parts.push(next.value)
    held += next.value.length
  }
  return { bytes: Buffer.concat(parts), isWhole: false }
}

/** The head again, then the rest. Closes the source when the reader stops early. */
export async function* following(head: Uint8Array, source: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head
    for (;;) {
      const next = await source.next()
      if (next.done) return
      yield next.value
    }
  } finally {
    await source.return?.()
  }
}

/** What was looked at, then the rest of it. */
export async function* startingWith<T>(first: readonly T[], rest: AsyncIterator<T>): AsyncGenerator<T> {
  try {
    yield* first
    for (;;) {
      const next = await rest.next()
      if (next.done) return
      yield next.value
    }
  } finally {
    await rest.return?.()
  }
}
