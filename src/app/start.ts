import path from 'node:path'
import { pino } from 'pino'
import { escapedJson } from '../kernel/plain.ts'
import type { Config } from './config.ts'
import { consoleDir } from './places.ts'
import { type Server, startServer } from './server.ts'
import { FIRST_SFTP_USER, sftpPasswordFile } from './sftp-users.ts'
import { untilToldToStop } from './told-to-stop.ts'
import type { World } from './wire.ts'
import { realClock, realIds, realSleep } from './world.ts'

/** The real world for a program that runs by itself: its log goes to a stream, its clock is the clock. */
export function realWorld(config: Pick<Config, 'logLevel'>, destination: NodeJS.WritableStream = process.stderr): World {
  const terminal = { write: (line: string) => void destination.write(escapedJson(line)) }
  const log = pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, terminal)
  return { clock: realClock, sleep: realSleep, ids: realIds, fetch, log }
}

/** `trueup start`: runs until it is told to stop, and gives the exit status. */
export async function start(config: Config): Promise<number> {
  // Also while it starts: the database is stopped by whoever started it.
  const told = untilToldToStop()
  const server = await startServer(config, realWorld(config))
  process.stdout.write(`${welcome(config, server).join('\n')}\n`)
  await told
  process.stdout.write('Stopping: letting running steps end …\n')
  await server.stop()
  return 0
}

/** At most fifteen lines: where each part is, how to get in, and what to do next. */
function welcome(config: Config, server: Server): string[] {
  const lines = ['Trueup is running.']
  if (server.http)
    lines.push(`  Console   ${server.http.url}${consoleDir() === null ? '  (not built: npm run build:console, then start again)' : ''}`)
  if (server.newAdmin) lines.push(`            user ${server.newAdmin.name}, password ${server.newAdmin.password}  (shown this once)`)
  if (server.sftp) {
    lines.push(`  SFTP      sftp -P ${server.sftp.port} ${FIRST_SFTP_USER}@${server.sftp.host}`)
    lines.push(`            password: cat ${shown(sftpPasswordFile(config.dataDir))}`)
    lines.push(`            host key: ${server.sftp.fingerprint}`)
  }
  lines.push(
    `  Database  ${server.house.isEmbedded ? `embedded, in ${shown(path.join(config.dataDir, 'postgres'))}` : 'the server in DATABASE_URL'}`,
  )
  lines.push(`  Data      ${shown(config.dataDir)}`)
  lines.push('Next: the first steps in the console; or `npx trueup shop add --help`, and a stock file in inventory-reset/inbox.')
  lines.push('      `npx trueup status` says how it stands; Ctrl-C stops everything cleanly.')
  return lines
}

/** A path as one would type it from here. */
export function shown(file: string): string {
  const relative = path.relative(process.cwd(), file)
  return relative.startsWith('..') ? file : `./${relative}`
}
