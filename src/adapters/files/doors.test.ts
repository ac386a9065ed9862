import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type DoorUnderTest, doorContract } from '../../../test/doors/door-contract.ts'
import { memoryReception } from '../../../test/doors/memory-reception.ts'
import { connectClient } from '../../../test/doors/sftp-client.ts'
import { startTestServer } from '../../../test/doors/sftp-server.ts'
import { receiveUpload } from './http-upload.ts'
import { openLocalFolder } from './local-folder.ts'

doorContract('sftp', openSftp, { canBeCut: true })

async function openSftp(): Promise<DoorUnderTest> {
  const under = await startTestServer()
  const client = await connectClient(under.server.port)
  return {
    ...under,
    send: (name, bytes) => client.put(`/stock/inbox/${name}`, bytes),
    async cut(name, bytes, at) {
      const cutter = await connectClient(under.server.port)
      const handle = await cutter.call<Buffer>(done => cutter.sftp.open(`/stock/inbox/${name}`, 'w', done))
      await cutter.call(done => cutter.sftp.write(handle, bytes, 0, at, 0, done))
      cutter.socket.destroy()
    },
    async close() {
      await client.end()
      await under.close()
    },
  }
}

doorContract('folder', openFolder, { canBeCut: false })

async function openFolder(): Promise<DoorUnderTest> {
  const base = await mkdtemp(path.join(tmpdir(), 'trueup-folder-'))
  const [directory, spoolDir] = [path.join(base, 'in'), path.join(base, 'spool')]
  await Promise.all([directory, spoolDir].map(made => mkdir(made)))
  const reception = memoryReception(['stock'])
  const folder = openLocalFolder({ directory, spoolDir })
  return {
    reception,
    spoolDir,
    async send(name, bytes) {
      await writeFile(path.join(directory, name), bytes)
      for (const file of await folder.list()) {
        const receipt = await reception.opened({ feedId: 1, door: 'folder', name: file.name })
        const taken = await folder.takeIntoSpool(file.name, receipt.spoolName)
        if (taken === null) throw new Error('it did not stand still')
        await reception.received(receipt, { ...taken, by: 'still' })
        await folder.remove(file.name, taken)
      }
    },
    close: () => rm(base, { recursive: true, force: true }),
  }
}

doorContract('http', openHttp, { canBeCut: true })

async function openHttp(): Promise<DoorUnderTest> {
  const spoolDir = await mkdtemp(path.join(tmpdir(), 'trueup-http-'))
  const reception = memoryReception(['stock'])
  const server = createServer((incoming, answer) => {
    const declared = incoming.headers['content-length']
    const name = decodeURIComponent((incoming.url ?? '').slice(1))
    receiveUpload(
      { spoolDir, reception },
      { feedId: 1, name, chunks: incoming, declaredBytes: declared === undefined ? null : Number(declared) },
    ).then(
      () => answer.writeHead(202).end(),
      () => answer.destroy(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const ask = (name: string, length: number) =>
    request({
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: `/${encodeURIComponent(name)}`,
      headers: { 'content-length': length },
      agent: false,
    })
  return {
    reception,
    spoolDir,
    async send(name, bytes) {
      const asked = ask(name, bytes.length)
      asked.end(bytes)
      const [answer] = await once(asked, 'response')
      answer.resume()
      if (answer.statusCode !== 202) throw new Error(`answered ${answer.statusCode}`)
    },
    async cut(name, bytes, at) {
      const asked = ask(name, bytes.length)
      asked.on('error', () => {})
      await new Promise<void>(resolve => asked.write(bytes.subarray(0, at), () => resolve()))
      asked.destroy()
    },
    async close() {
      server.close()
      await rm(spoolDir, { recursive: true, force: true })
    },
  }
}
