import type { Attributes, SFTPWrapper } from 'ssh2'
import { attributesOf } from './attributes.ts'
import type { OpenDirectory } from './directory.ts'
import type { OpenFile, Tear } from './open-file.ts'
import type { Operations } from './operations.ts'
import { answerFor, failure, noSuchFile, STATUS_CODE, unsupported } from './status.ts'

const HANDLES_MAX = 256
const READ_BYTES_MAX = 256 * 1_024

export type Session = {
  /** Ends what is open: what was written and not closed is torn. Resolves when that is recorded. Safe to call twice. */
  finish(tear: Tear): Promise<void>
}

export type SessionOptions = {
  /** What the user may do; a promise, since the first request can be quicker than the disk. */
  operations: Promise<Operations>
  /** Told of bytes that came in and are not on disk yet (positive), and of those that are (negative). */
  pressure(bytes: number): void
  /** Errors that no client can be told. */
  onTrouble(error: unknown): void
}

/**
 * One SFTP channel: turns requests into operations and their outcome into answers. Reads and writes run side by side; all
 * else runs one after the other, in the order in which it was asked for, so that a rename finds the close before it done.
 */
export function serveSession(sftp: SFTPWrapper, { operations, pressure, onTrouble }: SessionOptions): Session {
  const files = new Map<number, OpenFile>()
  const directories = new Map<number, OpenDirectory>()
  let handles = 0
  let queue: Promise<void> = Promise.resolve()
  let finished: Promise<void> | null = null

  const refuse = (id: number, error: unknown) => {
    const { status, message } = answerFor(error)
    sftp.status(id, status, message)
  }
  const ok = (id: number) => sftp.status(id, STATUS_CODE.OK)
  const inTurn = (id: number, work: (operations: Operations) => Promise<void>) => {
    if (finished !== null) return
    queue = queue.then(async () => work(await operations)).catch(error => refuse(id, error))
  }
  const fileOf = (handle: Buffer): OpenFile => {
    const file = handle.length === 4 ? files.get(handle.readUInt32BE()) : undefined
    if (!file) throw failure('No such handle')
    return file
  }
  const newHandle = (): number => {
    if (files.size + directories.size >= HANDLES_MAX) throw failure(`More than ${HANDLES_MAX} files are open`)
    return ++handles
  }
  const bufferOf = (handle: number): Buffer => {
    const buffer = Buffer.alloc(4)
    buffer.writeUInt32BE(handle)
    return buffer
  }

  sftp.on('OPEN', (id, path, flags) =>
    inTurn(id, async ({ open }) => {
      const handle = newHandle()
      files.set(handle, await open(path, flags))
      sftp.handle(id, bufferOf(handle))
    }),
  )
  sftp.on('OPENDIR', (id, path) =>
    inTurn(id, async ({ openDirectory }) => {
      const handle = newHandle()
      directories.set(handle, await openDirectory(path))
      sftp.handle(id, bufferOf(handle))
    }),
  )
  sftp.on('READDIR', (id, handle) =>
    inTurn(id, async () => {
      const directory = directories.get(handle.readUInt32BE())
      if (!directory) throw failure('No such handle')
      const entries = await directory.next()
      if (entries.length > 0) sftp.name(id, entries)
      else sftp.status(id, STATUS_CODE.EOF)
    }),
  )
  sftp.on('CLOSE', (id, handle) =>
    inTurn(id, async () => {
      const number = handle.length === 4 ? handle.readUInt32BE() : 0
      if (directories.delete(number)) return ok(id)
      const file = fileOf(handle)
      files.delete(number)
      await file.close()
      ok(id)
    }),
  )

  sftp.on('WRITE', (id, handle, offset, bytes) => {
    if (finished !== null) return
    try {
      pressure(bytes.length)
      fileOf(handle).write(offset, bytes, error => {
        pressure(-bytes.length)
        if (error) refuse(id, error)
        else ok(id)
      })
    } catch (error) {
      pressure(-bytes.length)
      refuse(id, error)
    }
  })
  sftp.on('READ', (id, handle, offset, length) => {
    if (finished !== null) return
    try {
      fileOf(handle).read(offset, Math.min(length, READ_BYTES_MAX), (error, bytes) => {
        if (error) refuse(id, error)
        else if (bytes.length === 0) sftp.status(id, STATUS_CODE.EOF)
        else sftp.data(id, bytes)
      })
    } catch (error) {
      refuse(id, error)
    }
  })

  sftp.on('FSTAT', (id, handle) => inTurn(id, async () => sftp.attrs(id, attributesOf(await fileOf(handle).stat()))))
  sftp.on('STAT', (id, path) => inTurn(id, async ({ stat }) => sftp.attrs(id, attributesOf(await stat(path)))))
  sftp.on('LSTAT', (id, path) => inTurn(id, async ({ lstat }) => sftp.attrs(id, attributesOf(await lstat(path)))))
  const answered = (id: number, work: (operations: Operations) => Promise<void>) =>
    inTurn(id, async operations => {
      await work(operations)
      ok(id)
    })
  sftp.on('FSETSTAT', (id, handle, attributes) => answered(id, () => fileOf(handle).setStat(known(attributes))))
  sftp.on('SETSTAT', (id, path, attributes) => answered(id, ({ setStat }) => setStat(path, known(attributes))))
  sftp.on('REMOVE', (id, path) => answered(id, ({ remove }) => remove(path)))
  sftp.on('MKDIR', (id, path) => answered(id, ({ makeDirectory }) => makeDirectory(path)))
  sftp.on('RMDIR', (id, path) => answered(id, ({ removeDirectory }) => removeDirectory(path)))
  sftp.on('RENAME', (id, from, to) => answered(id, ({ rename }) => rename(from, to, { overwrite: false })))
  sftp.on('REALPATH', (id, path) =>
    inTurn(id, async ({ realPath }) => {
      const filename = realPath(path)
      sftp.name(id, [{ filename, longname: filename, attrs: NO_ATTRIBUTES }])
    }),
  )
  sftp.on('READLINK', id => refuse(id, noSuchFile()))
  sftp.on('SYMLINK', id => refuse(id, unsupported()))
  sftp.on('EXTENDED', (id, name, data) => {
    const [first, second] = stringsIn(data)
    if (name === 'posix-rename@openssh.com' && first && second)
      answered(id, ({ rename }) => rename(first.toString(), second.toString(), { overwrite: true }))
    else if (name === 'fsync@openssh.com' && first) answered(id, () => fileOf(first).sync())
    else refuse(id, unsupported())
  })

  // A client that is done says so; OpenSSH's waits for us to say it too.
  sftp.on('end', () => {
    sayAllWentWell(sftp)
    sftp.end()
  })
  sftp.on('error', (error: unknown) => onTrouble(error))

  return {
    finish(tear) {
      finished ??= queue.then(async () => {
        // A client may leave while its folders are still being made; nothing of it touches the disk after this.
        await operations.catch(() => undefined)
        for (const file of files.values()) await file.tear(tear).catch(onTrouble)
        files.clear()
        directories.clear()
      })
      return finished
    },
  }
}

const NO_ATTRIBUTES: Attributes = { mode: 0, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 }

/** The attributes that a client has set; the library gives the others as undefined. */
function known(attributes: Attributes): Partial<Attributes> {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined))
}

/** The strings that an extended request carries, each with its length before it. */
function stringsIn(data: Buffer | undefined): Buffer[] {
  const strings: Buffer[] = []
  for (let at = 0; data !== undefined && at + 4 <= data.length; ) {
    const length = data.readUInt32BE(at)
    strings.push(data.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return strings
}

/**
 * The status with which a session ends. OpenSSH's scp takes a missing one for a failure, even when every byte was acknowledged; ssh2
 * sends one for programs and shells only, so it is sent by its inner means, and left out where an ssh2 has none.
 */
function sayAllWentWell(sftp: SFTPWrapper): void {
  const { outgoing, _protocol } = sftp as unknown as Inner
  if (outgoing?.state === 'open') _protocol?.exitStatus?.(outgoing.id, 0)
}

type Inner = { outgoing?: { id: number; state: string }; _protocol?: { exitStatus?(channel: number, status: number): void } }
