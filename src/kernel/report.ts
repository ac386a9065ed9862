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

/** What waits in a room, counted from its rows at the moment of looking. */
export type RoomStatus = {
  backlog: number
  /** The instant since which the oldest waiting item waits; null when nothing does. */
  oldestAt: number | null
  /** What is held or blocked and will not go on by itself. */
  stuck: number
  /** What goes nowhere and needs nobody for it, as what a shop does not sell; none: nothing. */
  aside?: number
}
