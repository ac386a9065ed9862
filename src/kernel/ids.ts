/** Where names that must be unique come from. Handed in, so that a seeded run gives the same ones again. */
export type Ids = {
  /** A random UUID (version 4). */
  uuid(): string
  /** A secret for a person or a cookie: letters and digits alone, at least 128 bits. */
  secret(): string
}
