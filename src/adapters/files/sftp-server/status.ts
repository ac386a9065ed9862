import ssh2 from 'ssh2'
import { messageOf } from '../../../kernel/error.ts'
import { errnoOf } from '../errno.ts'

export const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp

/** What a client asked for and does not get. The message is shown by its user's program. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export const denied = (message: string) => new Refusal(STATUS_CODE.PERMISSION_DENIED, message)
export const failure = (message: string) => new Refusal(STATUS_CODE.FAILURE, message)
export const noSuchFile = () => new Refusal(STATUS_CODE.NO_SUCH_FILE, 'No such file')
export const unsupported = () => new Refusal(STATUS_CODE.OP_UNSUPPORTED, 'Operation unsupported')

/** Says an error in the protocol's words. What is our own trouble is a failure, with its message. */
export function answerFor(error: unknown): { status: number; message: string } {
  if (error instanceof Refusal) return { status: error.status, message: error.message }
  switch (errnoOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { status: STATUS_CODE.NO_SUCH_FILE, message: 'No such file' }
    case 'EACCES':
    case 'EPERM':
    case 'ELOOP':
      return { status: STATUS_CODE.PERMISSION_DENIED, message: 'Permission denied' }
    case 'EEXIST':
      return { status: STATUS_CODE.FAILURE, message: 'File exists' }
    case 'ENOTEMPTY':
      return { status: STATUS_CODE.FAILURE, message: 'Directory not empty' }
    case 'EISDIR':
      return { status: STATUS_CODE.FAILURE, message: 'Is a directory' }
    case 'ENOSPC':
    case 'EDQUOT':
      return { status: STATUS_CODE.FAILURE, message: 'No space left on the server' }
    case 'ENAMETOOLONG':
      return { status: STATUS_CODE.FAILURE, message: 'File name too long' }
    default:
      return { status: STATUS_CODE.FAILURE, message: messageOf(error) }
  }
}
