import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { FIRST_SFTP_USER } from '../../src/app/sftp-users.ts'
import type { FaultyLine } from '../network/faulty-line.ts'
import { runAnyway } from './run.ts'

/** The line that a client goes through. */
export type Line = Pick<FaultyLine, 'port' | 'planned'>

/** How the user of the built-in server proves to be it, and where what a client needs lies. */
export type Login = { directory: string; key: string; password: string; hostKey: string }

/** One client: whether it says that its upload went well. */
export type SftpClient = {
  name: string
  put(from: string, to: string, line: Line, login: Login): Promise<boolean>
  goOn(from: string, to: string, line: Line, login: Login): Promise<boolean>
}

/** Clients that people have, as they are called by scripts. */
export const SFTP_CLIENTS: readonly SftpClient[] = [
  {
    name: 'OpenSSH sftp',
    put: (from, to, line, login) => sftp(`put ${from} ${to}`, line, login),
    goOn: (from, to, line, login) => sftp(`reput ${from} ${to}`, line, login),
  },
  {
    name: 'lftp',
    put: (from, to, line, login) => lftp(`put ${from} -o ${to}`, line, login),
    goOn: (from, to, line, login) => lftp(`put -c ${from} -o ${to}`, line, login),
  },
  { name: 'rclone', put: rclone, goOn: rclone },
  {
    name: 'psftp',
    put: (from, to, line, login) => psftp(`put ${from} ${to}`, line, login),
    goOn: (from, to, line, login) => psftp(`reput ${from} ${to}`, line, login),
  },
]

const NOBODY_KNOWN = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR']
const CLIENT_MS_MAX = 15_000
/** lftp waits half a minute before it reconnects: whoever called it loses patience first. */
const LFTP_MS_MAX = 1_500

async function succeeds(
  program: string,
  words: readonly string[],
  env: Record<string, string> = {},
  msMax = CLIENT_MS_MAX,
): Promise<boolean> {
  return (await runAnyway(program, words, env, msMax)).code === 0
}

async function sftp(command: string, { port }: Line, { directory, key }: Login): Promise<boolean> {
  const batch = path.join(directory, 'sftp-batch')
  await writeFile(batch, `${command}\n`)
  const login = ['-o', 'IdentitiesOnly=yes', '-o', 'ConnectTimeout=5', '-i', key]
  return succeeds('sftp', ['-q', '-P', String(port), ...NOBODY_KNOWN, ...login, '-b', batch, `${FIRST_SFTP_USER}@127.0.0.1`])
}

function lftp(command: string, line: Line, { directory, key }: Login): Promise<boolean> {
  const { port } = line
  const isOnBadLine = line.planned() !== null
  const ssh = `ssh -a -x ${NOBODY_KNOWN.join(' ')} -o IdentitiesOnly=yes -i ${key}`
  const settings = [
    `set sftp:connect-program "${ssh}"`,
    'set net:max-retries 1',
    'set net:timeout 5',
    'set cmd:fail-exit yes',
    'set sftp:auto-confirm yes',
  ]
  const commands = [...settings, `open -u ${FIRST_SFTP_USER}, sftp://127.0.0.1:${port}`, command, 'bye']
  return succeeds(
    'lftp',
    ['--norc', '-c', commands.join('; ')],
    { HOME: directory, LFTP_HOME: directory },
    isOnBadLine ? LFTP_MS_MAX : CLIENT_MS_MAX,
  )
}

export function rclone(from: string, to: string, { port }: Pick<Line, 'port'>, { directory, key }: Login): Promise<boolean> {
  const remote = `:sftp,host=127.0.0.1,port=${port},user=${FIRST_SFTP_USER},key_file=${key},shell_type=none:${to}`
  const limits = ['--retries', '1', '--low-level-retries', '1', '--contimeout', '5s', '--timeout', '5s']
  return succeeds('rclone', ['--config', '/dev/null', ...limits, 'copyto', from, remote], { HOME: directory })
}

async function psftp(command: string, { port }: Line, { directory, password, hostKey }: Login): Promise<boolean> {
  const batch = path.join(directory, 'psftp-batch')
  await writeFile(batch, `${command}\n`)
  const login = ['-pw', password, '-hostkey', hostKey, '-noagent']
  return succeeds('psftp', ['-P', String(port), '-batch', ...login, '-b', batch, `${FIRST_SFTP_USER}@127.0.0.1`], { HOME: directory })
}
