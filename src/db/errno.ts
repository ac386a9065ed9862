/** The system's word for what went wrong with a file or a process: ENOENT, EACCES, … */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
}

/** Gives `fallback` where the file is missing, and throws every other trouble. */
export function unlessMissing<T>(fallback: T): (error: unknown) => T {
  return error => {
    if (errnoOf(error) === 'ENOENT') return fallback
    throw error
  }
}
