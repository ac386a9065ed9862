import type { InstantMs } from '../kernel/clock.ts'
import type { FileState } from './file-state.ts'

export type ToExplain = {
  feedName: string
  name: string
  state: FileState
  receivedBytes: number
  /** How many there should have been, where somebody said so. */
  expectedBytes: number | null
  /** How far its lines reach; null: nobody looked, or there are none. */
  reached: LineReached | null
  /** A file of the same name that came whole later. */
  wholeLater: number | null
  openedAt: InstantMs
  receivedAt: InstantMs | null
  code: string | null
  reason: string | null
}

/** The last line of a file as far as it came. */
export type LineReached = { line: number; text: string; isEnded: boolean }

const TEXT_CHARS_MAX = 200
const NEWLINE = 10

/** Follows the bytes of a file, of any length, and says in the end how far its lines reach. */
export function followLines(): { take(bytes: Uint8Array): void; reached(): LineReached | null } {
  let ended = 0
  let tail: number[] = []
  let isEnded = true
  return {
    take(bytes) {
      for (const byte of bytes) {
        if (byte === NEWLINE) {
          ended++
          isEnded = true
          continue
        }
        if (isEnded) tail = []
        isEnded = false
        if (tail.length < TEXT_CHARS_MAX) tail.push(byte)
      }
    },
    reached() {
      if (ended === 0 && isEnded) return null
      return { line: isEnded ? ended : ended + 1, text: printable(new TextDecoder().decode(new Uint8Array(tail))), isEnded }
    },
  }
}

/** What would move the cursor or hide a part of the line is shown as a question mark. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/\r$/, '').replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
}

/** The note that lies beside a failed file, for the person who finds it with an SFTP client and has no console at hand. */
export function reasonNote(file: ToExplain): string {
  return [
    `${file.name} was not imported. Nothing of it was applied.`,
    '',
    `Feed:     ${file.feedName}`,
    `Opened:   ${utc(file.openedAt)}`,
    `Received: ${file.receivedAt === null ? 'never whole' : utc(file.receivedAt)}`,
    `Bytes:    ${file.receivedBytes}${file.expectedBytes === null ? '' : ` of ${file.expectedBytes}`}`,
    ...linesReached(file.reached),
    `Code:     ${file.code ?? 'none'}`,
    `Reason:   ${file.reason ?? 'none was recorded'}`,
    '',
    'What to do:',
    ...cureOf(file),
    '',
  ].join('\n')
}

function linesReached(reached: LineReached | null): string[] {
  if (reached === null) return []
  return [`Reached:  line ${reached.line}${reached.isEnded ? '' : ', which is broken off'}: ${reached.text}`]
}

function cureOf(file: ToExplain): string[] {
  if (file.wholeLater !== null)
    return [`Nothing: a file of the same name came whole later, as file ${file.wholeLater}. This one may be left here.`]
  if (file.state === 'interrupted') {
    return [
      'Upload the whole file again to inbox/, under the same or another name. This one ends where the connection did;',
      'it is kept for looking at only and may be left here.',
    ]
  }
  return [
    'Mend what the reason names, then upload the file again to inbox/, under the same or another name. If the cause was not in',
    `the file, move this one back to inbox/ as it is.${file.code === null ? '' : ` More about it: docs/errors/${file.code}.md`}`,
  ]
}

function utc(at: InstantMs): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
