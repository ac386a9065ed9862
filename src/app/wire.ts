import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { alertPort } from '../adapters/alerts/alerts.ts'
import { openFileRoom } from '../adapters/files/file-room.ts'
import { receiveUpload } from '../adapters/files/http-upload.ts'
import { sftpDoor } from '../adapters/files/sftp-client/client.ts'
import { anyFormatReader } from '../adapters/formats/any-format.ts'
import type { JobLogBounds } from '../channel/exchange-store.ts'
import { type Db, openDb } from '../db/connection.ts'
import { startEmbedded } from '../db/embedded.ts'
import { migrate } from '../db/migrate.ts'
import type { FileRoom } from '../feed/port.ts'
import type { RemoteDoor } from '../feed/source-port.ts'
import { createReception, type Receiver } from '../feed/step.ts'
import type { Bring } from '../import/waiting-step.ts'
import type { Log } from '../jobs/log.ts'
import type { Clock, Sleep } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import { agentSocketGiven, type Config, jobLogOf, MAIL_FROM_DEFAULT } from './config.ts'
import { migrationsDir } from './places.ts'
import { recogniser } from './recognise.ts'
import { roomSteps, type Steps } from './rooms.ts'
import { openSecretBox, type SecretBox } from './secret-box.ts'
import { openShops, type Shops } from './shops.ts'
import { sourceVisits } from './sources.ts'
import { watchFolders } from './watched-folders.ts'

/** What a process is made of that is not of its own making. */
export type World = { clock: Clock; sleep: Sleep; ids: Ids; fetch: typeof fetch; log: Log }

/** Everything that works without a door: the database, the files, the rooms. */
export type House = {
  db: Db
  databaseUrl: string
  /** True when PostgreSQL is ours: then nobody else works in this data directory. */
  isEmbedded: boolean
  files: FileRoom
  homesDir: string
  spoolDir: string
  /** Brings a file in by our own door. */
  bring: Bring
  box: SecretBox
  shops: Shops
  /** How much of each shop's job log is kept. */
  jobLog: JobLogBounds
  steps: Steps
  /** The way to the servers of others. */
  remoteDoor: RemoteDoor
  /** What every door of this process talks to. */
  receiver: Receiver
  /** Whether a mail server is set. */
  canMail: boolean
  /** Told of each whole file; whoever runs the rooms puts its nudge here. */
  arrival: { tell(): void }
  close(): Promise<void>
}

/** Opens the house: starts or finds the database, brings it up to the code, and gives every room what it needs. */
export async function openHouse(
  config: Pick<Config, 'dataDir' | 'databaseUrl' | 'secretKey' | 'publicUrl' | 'smtpUrl' | 'mailFrom' | 'jobLogDays' | 'jobLogRows'>,
  world: World,
): Promise<House> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o711 })
  const database = await openDatabase(config, world)
  try {
    const db = openDb({ url: database.url, onLost: error => world.log.warn({ db: 'lost', message: error.message }) })
    const applied = await migrate(db, { directory: migrationsDir(), clock: world.clock })
    if (applied.length > 0) world.log.info({ db: 'migrated', applied: applied.length })
    const homesDir = path.join(config.dataDir, 'homes')
    const spoolDir = path.join(config.dataDir, 'spool')
    const files = await openFileRoom({ homesDir, spoolDir })
    const box = await openSecretBox(config.dataDir, config.secretKey)
    const { publicUrl = null, smtpUrl = null, mailFrom = MAIL_FROM_DEFAULT } = config
    const jobLog = jobLogOf(config)
    const shops = openShops({ db, box, clock: world.clock, ids: world.ids, sleep: world.sleep, fetch: world.fetch, publicUrl, jobLog })
    const arrival = { tell() {} }
    const receiver = createReception({ db, clock: world.clock, ids: world.ids, arrived: () => arrival.tell() })
    const pollFolders = watchFolders({ db, clock: world.clock, reception: receiver, homesDir, spoolDir })
    const remoteDoor = sftpDoor({ spoolDir, agentSocket: agentSocketGiven(), clock: world.clock })
    const { clock, sleep, ids } = world
    const visitSources = sourceVisits({
      db,
      clock,
      sleep,
      ids,
      door: remoteDoor,
      reception: receiver,
      unseal: box.open,
      recognise: recogniser(anyFormatReader),
    })
    const telling = {
      alertPort: alertPort({ smtpUrl, mailFrom, fetch: world.fetch, unseal: box.open }),
      ...{ consoleUrl: publicUrl, dataDir: config.dataDir },
    }
    const bring: Bring = file => receiveUpload({ spoolDir, reception: receiver }, { ...file, declaredBytes: null })
    const steps = roomSteps({
      db,
      clock: world.clock,
      ids: world.ids,
      files,
      format: anyFormatReader,
      shops,
      pollFolders,
      visitSources,
      bring,
      ...telling,
    })
    return {
      ...{
        db,
        databaseUrl: database.url,
        isEmbedded: config.databaseUrl === null,
        canMail: smtpUrl !== null,
        files,
        homesDir,
        spoolDir,
        bring,
        box,
        shops,
        jobLog,
        steps,
        remoteDoor,
        receiver,
        arrival,
      },
      async close() {
        await shops.settled()
        await db.end()
        await database.stop()
      },
    }
  } catch (error) {
    await database.stop()
    throw error
  }
}

async function openDatabase(
  config: Pick<Config, 'dataDir' | 'databaseUrl'>,
  world: World,
): Promise<{ url: string; stop(): Promise<void> }> {
  if (config.databaseUrl !== null) return { url: config.databaseUrl, stop: async () => {} }
  return startEmbedded({
    dataDir: path.join(config.dataDir, 'postgres'),
    sleep: world.sleep,
    randomPassword: world.ids.secret,
    log: line => world.log.info({ db: line }),
  })
}
