/** The system's word for what went wrong with a file: ENOENT, EEXIST, … */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
}

/** Gives null where the file is missing, and throws every other trouble. */
export function nullIfMissing(error: unknown): null {
  if (errnoOf(error) === 'ENOENT') return null
  throw error
}
