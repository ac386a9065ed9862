import type { InstantMs } from '../kernel/clock.ts'
import type { FileState } from './file-state.ts'

export type ToExplain = {
  feedName: string
  name: string
  state: FileState
  receivedBytes: number
  openedAt: InstantMs
  receivedAt: InstantMs | null
  code: string | null
  reason: string | null
}

/** The note that lies beside a failed file, for the person who finds it with an SFTP client and has no console at hand. */
export function reasonNote(file: ToExplain): string {
  return [
    `${file.name} was not imported. Nothing of it was applied.`,
    '',
    `Feed:     ${file.feedName}`,
    `Opened:   ${utc(file.openedAt)}`,
    `Received: ${file.receivedAt === null ? 'never whole' : utc(file.receivedAt)}`,
    `Bytes:    ${file.receivedBytes}`,
    `Code:     ${file.code ?? 'none'}`,
    `Reason:   ${file.reason ?? 'none was recorded'}`,
    '',
    'What to do:',
    ...cureOf(file),
    '',
  ].join('\n')
}

function cureOf(file: ToExplain): string[] {
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
