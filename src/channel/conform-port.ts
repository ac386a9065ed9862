/** One question about how the shop behaves that nobody has answered in writing, and what it did. */
export type ConformCheck = {
  check: string
  /** What the simulated shop does, and so what every test relies on. */
  simulated: string
  observed: string
  agrees: boolean
  /** The dial that makes the simulated shop do the same; null: there is none, or none is needed. */
  dial: string | null
}

export type ConformReport = {
  shop: string
  apiVersion: string
  calls: number
  checks: ConformCheck[]
  /** What ended it before its last check; null: nothing did. */
  brokeOff: string | null
  /** Levels that do not show what they did before; empty: everything is as it was. */
  leftBehind: string[]
}

/** A set of calls against a real development shop that settles what documentation leaves open. It writes, and puts back. */
export type ConformPort = {
  /** `isSure`: the shop may be one that sells. Throws a TrueupError where it will not or cannot; never once it has written. */
  conform(options: { isSure: boolean }, signal?: AbortSignal): Promise<ConformReport>
}
