import { once } from 'node:events'
import { connect as connectSocket, type Socket } from 'node:net'
import ssh2, { type Client, type ConnectConfig, type SFTPWrapper } from 'ssh2'

/** A client for tests: the library's, with promises, and its socket in reach so that a test can cut it. */
export type TestClient = {
  client: Client
  socket: Socket
  sftp: SFTPWrapper
  put(path: string, bytes: Buffer): Promise<void>
  get(path: string): Promise<Buffer>
  list(path: string): Promise<string[]>
  call<T>(work: (done: (error: Error | null | undefined, value?: T) => void) => void): Promise<T>
  end(): Promise<void>
}

export async function connectClient(port: number, options: ConnectConfig = {}): Promise<TestClient> {
  const client = new ssh2.Client()
  const socket = connectSocket(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.setNoDelay(true)
  client.connect({ sock: socket, username: 'erp', password: 'secret', ...options })
  await new Promise<void>((resolve, reject) => {
    client.once('ready', () => resolve())
    client.once('error', reject)
    client.once('close', () => reject(new Error('the server ended the connection')))
  })
  // A cut is what some tests are about.
  client.on('error', () => {})
  const sftp = await new Promise<SFTPWrapper>((resolve, reject) =>
    client.sftp((error, opened) => (error ? reject(error) : resolve(opened))),
  )
  const call: TestClient['call'] = work =>
    new Promise((resolve, reject) => work((error, value) => (error ? reject(error) : resolve(value as never))))

  return {
    client,
    socket,
    sftp,
    call,
    put: (path, bytes) => putPipelined(sftp, path, bytes),
    get: path => call<Buffer>(done => sftp.readFile(path, done)),
    list: async path => (await call<{ filename: string }[]>(done => sftp.readdir(path, done))).map(entry => entry.filename).sort(),
    async end() {
      if (socket.destroyed) return
      const closed = new Promise<void>(resolve => client.once('close', () => resolve()))
      client.end()
      await closed
    },
  }
}

const PIECE_BYTES = 32_768

/** Writes all pieces at once, as a client does that does not wait. */
export async function putPipelined(sftp: SFTPWrapper, path: string, bytes: Buffer): Promise<void> {
  const handle = await new Promise<Buffer>((resolve, reject) =>
    sftp.open(path, 'w', (error, opened) => (error ? reject(error) : resolve(opened))),
  )
  const pieces: Promise<void>[] = []
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, bytes.length - at)
    pieces.push(new Promise((resolve, reject) => sftp.write(handle, bytes, at, length, at, error => (error ? reject(error) : resolve()))))
  }
  await Promise.all(pieces)
  await new Promise<void>((resolve, reject) => sftp.close(handle, error => (error ? reject(error) : resolve())))
}
