/** What stands in a sentence: a name, or a number that was written out. */
export type Said = string | number | null | undefined

/** What a translation of a catalogue has to say: every sentence of it, with the same things in it. */
export type Translated<English> = {
  [Key in keyof English]: English[Key] extends (...things: infer Things) => string
    ? (...things: Things) => string
    : English[Key] extends string
      ? string
      : Translated<English[Key]>
}
