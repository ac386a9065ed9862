import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { loadOrMakeHostKeys } from '../adapters/files/sftp-server/host-keys.ts'
import { type SftpServer, startSftpServer } from '../adapters/files/sftp-server/server.ts'
import { openOidc } from '../adapters/oidc/provider.ts'
import type { Db } from '../db/connection.ts'
import { adoptOrphans, RECEIVER_BEAT_MS, type Receiver } from '../feed/step.ts'
import { ensureAdmin, ensureCliToken } from '../http/people.ts'
import { createGate, type Gate } from '../http/server.ts'
import type { SignOn } from '../http/sign-on-routes.ts'
import { type Clockwork, startClockwork } from '../jobs/clockwork.ts'
import { JOBS } from '../jobs/job.ts'
import { messageOf, TrueupError } from '../kernel/error.ts'
import { type Config, portTaken } from './config.ts'
import { consoleDir, errorsDir } from './places.ts'
import { FOLLOWS } from './rooms.ts'
import { allRoutes, streetNow } from './routes.ts'
import { ensureFirstFeeds, sftpAuthenticator } from './sftp-users.ts'
import { openSimulatedShop, type SimulatedShop } from './simulated-shop.ts'
import { snapshotOf } from './snapshot.ts'
import { version } from './version.ts'
import { type House, openHouse, type World } from './wire.ts'

export type Server = {
  house: House
  clockwork: Clockwork
  http: { url: string } | null
  sftp: Pick<SftpServer, 'host' | 'port' | 'fingerprint' | 'hostKeys'> | null
  /** Made at this very start; null: it was made before, and nobody can be told its password again. */
  newAdmin: { name: string; password: string } | null
  /** Lets go of clients, drains the rooms, stops the database. */
  stop(): Promise<void>
}

const SERVER_FILE = 'server.json'

/** Starts what this process's roles ask for: the rooms, and the gates by which people and files come in. */
export async function startServer(config: Config, world: World): Promise<Server> {
  const house = await openHouse(config, world)
  const closing: (() => Promise<void>)[] = [() => house.close()]
  const stop = async () => {
    while (closing.length > 0) await closing.pop()?.()
  }
  try {
    const newAdmin = await ensureAdmin({ db: house.db, ids: world.ids, clock: world.clock })
    await ensureFirstFeeds({ house, config, world })

    let gate: Gate | null = null
    const clockwork = await openRooms(config, house, world, () => gate?.changed())
    closing.push(() => clockwork.stop())
    const isGate = config.roles.includes('gate')
    house.arrival.tell = () => clockwork.nudge('feed')
    const reception = house.receiver
    const simulatedShop = isGate ? await openSimulatedShop({ house, world, dataDir: config.dataDir }) : null
    if (simulatedShop) closing.push(() => simulatedShop.close())
    closing.push(await keepAlive(house, world, reception))
    const sftp = isGate ? await openSftp(config, house, world, reception) : null
    if (sftp) closing.push(() => sftp.stop())
    let http: { url: string } | null = null
    const httpUrl = () => http?.url ?? null
    if (simulatedShop) gate = await openGate(config, house, world, { clockwork, reception, sftp, simulatedShop, httpUrl })
    if (gate) http = await listen(gate, config)
    if (gate) closing.push(() => gate?.close() ?? Promise.resolve())
    if (http) {
      const file = path.join(config.dataDir, SERVER_FILE)
      await writeFile(file, `${JSON.stringify({ url: http.url, pid: process.pid })}\n`)
      closing.push(() => rm(file, { force: true }))
    }
    return { house, clockwork, http, sftp, newAdmin, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A gate alone runs no steps; its nudges and its "run now" reach the workers through the queue. */
function openRooms(config: Config, house: House, world: World, changed: () => void): Promise<Clockwork> {
  return startClockwork({
    databaseUrl: house.databaseUrl,
    db: house.db,
    clock: world.clock,
    sleep: world.sleep,
    catalogue: JOBS,
    steps: config.roles.includes('work') ? house.steps : {},
    follows: FOLLOWS,
    log: world.log,
    onReport: changed,
  })
}

/**
 * Says that this process receives files, and sweeps up what a dead one was receiving: on an embedded database nobody else can
 * be at work, so at once. Gives what ends it.
 */
async function keepAlive(house: House, world: World, receiver: Receiver): Promise<() => Promise<void>> {
  const ended = new AbortController()
  const sweep = (isAlone: boolean) => adoptOrphans({ db: house.db, clock: world.clock, files: house.files, receiver, isAlone })
  await sweep(house.isEmbedded)
  const beating = (async () => {
    while (!ended.signal.aborted) {
      await world.sleep(RECEIVER_BEAT_MS, ended.signal)
      if (!ended.signal.aborted)
        await sweep(false).catch(error => world.log.warn({ room: 'feed', code: 'FEED_BEAT_FAILED', message: messageOf(error) }))
    }
  })()
  return async () => {
    ended.abort()
    await beating
  }
}

async function openSftp(config: Config, house: House, world: World, reception: Receiver) {
  try {
    return await startSftpServer({
      host: config.host,
      port: config.sftpPort,
      hostKeys: await loadOrMakeHostKeys(path.join(config.dataDir, 'host-keys')),
      homesDir: house.homesDir,
      spoolDir: house.spoolDir,
      reception,
      authenticate: sftpAuthenticator(house.db),
      clock: world.clock,
      log: world.log,
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      throw portTaken({ door: 'sftp', host: config.host, port: config.sftpPort, cause: error })
    throw error
  }
}

async function openGate(
  config: Config,
  house: House,
  world: World,
  {
    httpUrl,
    ...doors
  }: {
    clockwork: Clockwork
    reception: Receiver
    sftp: SftpServer | null
    simulatedShop: SimulatedShop
    httpUrl(): string | null
  },
): Promise<Gate> {
  const started = () => ({ config, version: version(), nodeVersion: process.version, httpUrl: httpUrl(), sftp: doors.sftp })
  const routesOn = (db: Db) => allRoutes({ house: { ...house, db }, world, ...doors, started })
  return createGate({
    db: house.db,
    clock: world.clock,
    ids: world.ids,
    sleep: world.sleep,
    log: world.log,
    routes: routesOn(house.db),
    snapshot: snapshotOf(house.db, routesOn),
    streetNow: () => streetNow(house.db, world.clock),
    cliToken: await ensureCliToken({ dataDir: config.dataDir, ids: world.ids }),
    consoleDir: consoleDir(),
    errorsDir: errorsDir(),
    version: version(),
    tls: await certificate(config),
    proxy: config.proxy ?? null,
    requestsPerMinute: config.requestsPerMinute,
    signOn: signOnOf(config),
  })
}

function signOnOf({ oidc = null, publicUrl = null }: Config): SignOn | null {
  if (oidc === null) return null
  const { label, roleOfValue, roleDefault, ...options } = oidc
  return { label, roleOfValue, roleDefault, publicUrl, provider: openOidc(options) }
}

/** The files of the certificate, read at the start. */
async function certificate({ tls = null }: Config): Promise<{ cert: string; key: string } | null> {
  if (tls === null) return null
  try {
    const [cert, key] = await Promise.all([readFile(tls.certFile, 'utf8'), readFile(tls.keyFile, 'utf8')])
    return { cert, key }
  } catch (cause) {
    throw new TrueupError('CONFIG_TLS_UNREADABLE', `The certificate or its key cannot be read: ${messageOf(cause)}`, {
      retry: 'after-operator',
      hint: 'TRUEUP_TLS_CERT and TRUEUP_TLS_KEY name two PEM files that the user of this program may read.',
      cause,
    })
  }
}

async function listen(gate: Gate, config: Config): Promise<{ url: string }> {
  try {
    return await gate.listen({ host: config.host, port: config.httpPort })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      throw portTaken({ door: 'http', host: config.host, port: config.httpPort, cause: error })
    throw error
  }
}
