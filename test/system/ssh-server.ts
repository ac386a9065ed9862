import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { userInfo } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { run } from './run.ts'

/** OpenSSH's server on this machine, for one test: this user comes in with the key beside it and sees the whole disk. */
export type SshServer = { port: number; user: string; privateKey: string; stop(): Promise<void> }

const STARTS_MS_MAX = 10_000

export async function startSshServer(directory: string): Promise<SshServer> {
  const place = (name: string) => path.join(directory, name)
  await mkdir('/run/sshd', { recursive: true }).catch(() => {})
  for (const name of ['host-key', 'user-key']) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', place(name)])
  await writeFile(place('authorized'), await readFile(place('user-key.pub')))
  await chmod(place('authorized'), 0o600)
  const port = await freePort()
  const settings = [
    ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${place('host-key')}`, `AuthorizedKeysFile ${place('authorized')}`],
    ...['PasswordAuthentication no', 'PermitRootLogin prohibit-password', 'StrictModes no', 'UsePAM no', 'UseDNS no'],
    // A hundred cuts look like an attack.
    ...['MaxStartups 1000', 'LogLevel ERROR', `PidFile ${place('pid')}`, 'Subsystem sftp internal-sftp'],
  ]
  await writeFile(place('sshd_config'), `${settings.join('\n')}\n`)
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', place('sshd_config')], { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = once(child, 'close')
  await untilListens(port)
  return {
    port,
    user: userInfo().username,
    privateKey: await readFile(place('user-key'), 'utf8'),
    async stop() {
      child.kill()
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function untilListens(port: number): Promise<void> {
  const { connect } = await import('node:net')
  const deadline = performance.now() + STARTS_MS_MAX
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const isUp = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'close').then(() => false)]).catch(() => false)
    socket.destroy()
    if (isUp) return
    if (performance.now() > deadline) throw new Error('sshd did not come up')
    await delay(50)
  }
}
