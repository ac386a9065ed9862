/** Resolves when a person presses Ctrl-C or the system asks the program to end. */
export function untilToldToStop(): Promise<void> {
  return new Promise(resolve => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
