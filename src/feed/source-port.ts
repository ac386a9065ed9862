import type { InstantMs } from '../kernel/clock.ts'

/** What we prove ourselves with at somebody else's server. */
export type SourceProof =
  | { kind: 'password'; password: string }
  | { kind: 'key'; privateKey: string; passphrase: string | null }
  /** The keys that this machine's SSH agent holds. */
  | { kind: 'agent' }

/** The key of a server: `ssh-ed25519`, and `SHA256:…` as OpenSSH writes it. */
export type HostKey = { type: string; fingerprint: string }

/** How long a server may take: to let us in, to say the next word while we wait for one, and for the whole visit. */
export type SourceLimits = { connectMs: number; idleMs: number; overallMs: number }

export type SourceAddress = {
  host: string
  port: number
  user: string
  proof: SourceProof
  /** The only key that is believed; null: nobody has accepted one, and the connection ends when the server has shown its own. */
  hostKey: HostKey | null
  limits: SourceLimits
}

export type RemoteLook = { bytes: number; modifiedAt: InstantMs }
export type RemoteEntry = RemoteLook & { name: string; kind: 'file' | 'folder' | 'other' }

/** One visit to a server. Every failure is a TrueupError whose code starts with SOURCE_. */
export type Remote = {
  /** The words with which the server introduced itself. */
  banner: string
  list(folder: string): Promise<RemoteEntry[]>
  /** Null: there is no such file. */
  look(path: string): Promise<RemoteLook | null>
  /** The first bytes of a file. */
  head(path: string, bytesMax: number): Promise<Uint8Array>
  /**
   * Fetches a file into the spool and syncs it there. With `mayResume` it goes on after the bytes that are held, if the last of them are
   * still the same on the server; otherwise it begins again. Fails with SOURCE_FILE_CHANGED if the file is not `expected` any more.
   */
  download(
    path: string,
    options: { spoolName: string; expected: RemoteLook; mayResume: boolean; onBytes?(held: number): void },
  ): Promise<{ bytes: number; resumedAt: number }>
  /** Never overwrites. Makes the folder that it moves into. */
  move(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** One question and one answer: what the line is like. */
  latencyMs(): Promise<number>
  receivedBytes(): number
  close(): Promise<void>
}

/** A way to reach servers of others. */
export type RemoteDoor = {
  connect(address: SourceAddress, signal?: AbortSignal): Promise<Remote>
  /** Why a private key cannot be used; null when it can. */
  keyProblem(privateKey: string, passphrase: string | null): string | null
}
