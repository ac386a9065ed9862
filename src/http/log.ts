/** Where the gate writes its lines: pino's shape, so that pino is one. */
export type Log = {
  debug(line: Record<string, unknown>): void
  info(line: Record<string, unknown>): void
  warn(line: Record<string, unknown>): void
}
