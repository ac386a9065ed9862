import SftpClient from 'ssh2-sftp-client'
import { FIRST_SFTP_USER } from '../../src/app/sftp-users.ts'

/** Puts a file as an ERP's client does, and says whether the server acknowledged all of it. */
export async function sftpPut(
  door: { host: string; port: number },
  of: { password: string; from: string; to: string },
): Promise<'acknowledged' | 'failed'> {
  const client = new SftpClient()
  client.on('error', () => {})
  try {
    await client.connect({ host: door.host, port: door.port, username: FIRST_SFTP_USER, password: of.password })
    await client.fastPut(of.from, of.to)
    return 'acknowledged'
  } catch {
    return 'failed'
  } finally {
    await client.end().catch(() => {})
  }
}
