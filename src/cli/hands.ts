/** One end of a pipe or a terminal. */
export type Terminal = { write(text: string): void; isTTY: boolean }

/** What was said on the command line about where things are; it goes before the environment. */
export type Flags = { dataDir?: string; httpPort?: string; sftpPort?: string; roles?: string; host?: string }

/**
 * What the roof hands to the commands, since they import neither the server nor the environment. Each is loaded when it is
 * called, so that a command costs the start of what it needs and nothing else.
 */
export type Hands = {
  version: string
  out: Terminal
  err: Terminal
  fetch: typeof fetch
  /** Waits; the commands that follow something look again after it. */
  sleep(durationMs: number): Promise<void>
  now(): number
  /** Where a server may have left its address: the first that has it counts. */
  dataDirs(flags: Flags): Promise<string[]>
  /** The access token of a shop, from wherever but the command line. */
  shopToken(): Promise<string>
  /** The password or private key of an SFTP server, from wherever but the command line. */
  sourceSecret(prompt: string): Promise<string>
  /** What a reference of a configuration file stands for: env:NAME, or file:PATH beside the file; null: it is not set. */
  secretReferred(reference: string, besideFile: string): Promise<string | null>
  /** Runs until it is told to stop; gives the exit status. */
  start(flags: Flags): Promise<number>
  demo(flags: Flags, options: { exitWhenSynced: boolean; json: boolean }): Promise<number>
  /** Loads a backup into an empty database; gives the number of tables. */
  restore(file: string, flags: Flags): Promise<number>
  simulateShopify(argv: readonly string[]): Promise<number>
  /** Shows a file as the import would read it, without a database; gives the exit status. */
  inspect(file: string, options: { json: boolean; layout?: string; settings?: string; folder?: string }): Promise<number>
}
