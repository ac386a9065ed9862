/**
 * Resolves when a person presses Ctrl-C or the system asks the program to end. Who is told again is at it already: npm passes on what a
 * terminal has told the whole group, and a program that dies of the second word leaves its database running.
 */
export function untilToldToStop(): Promise<void> {
  return new Promise(resolve => {
    process.on('SIGINT', () => resolve())
    process.on('SIGTERM', () => resolve())
  })
}
