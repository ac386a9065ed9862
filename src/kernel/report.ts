/**
 * What one unit of work did. The runner turns it into the log line, the metric and the console's number.
 * `more` says that a limit was hit and the step should be called again at once.
 */
export type StepReport = {
  read: number
  wrote: number
  more: boolean
  /** What this step left for people to see, for example `{ rejected: 3 }`. */
  notes?: Record<string, number | string>
}

export const NOTHING_TO_DO: StepReport = { read: 0, wrote: 0, more: false }
