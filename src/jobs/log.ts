/** Where lines go: pino's shape, so that pino is one. Each call is one line of JSON. */
export type Log = {
  debug(line: Record<string, unknown>): void
  info(line: Record<string, unknown>): void
  warn(line: Record<string, unknown>): void
}
