import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import SftpClient from 'ssh2-sftp-client'
import { startShopifySimulator } from '../../simulator/shopify/simulator.ts'
import type { Config } from './config.ts'
import { type DemoFigures, demoFigures, isSynced } from './demo-figures.ts'
import { DEMO_FEED, DEMO_STOCK_FILE, demoShopFile, setUpDemo } from './demo-world.ts'
import { demoDataDir, packageRoot } from './places.ts'
import { type Server, startServer } from './server.ts'
import { FIRST_SFTP_USER, readSftpPassword, sftpPasswordFile } from './sftp-users.ts'
import { realWorld, shown } from './start.ts'
import { untilToldToStop } from './told-to-stop.ts'
import type { World } from './wire.ts'

/** The demo gives up on being in sync after so long; on two cores it takes a few seconds. */
const SYNC_MS_MAX = 120_000
const LOOK_EVERY_MS = 100

/**
 * `trueup demo`: the main job before your eyes. A simulated shop, the whole program, and a real ERP file that is dropped
 * through the SFTP server as a client would.
 */
export async function demo(config: Config, options: { exitWhenSynced: boolean; json: boolean }): Promise<number> {
  const startedAt = performance.now()
  const dataDir = options.exitWhenSynced ? await mkdtemp(path.join(tmpdir(), 'trueup-demo-')) : path.join(config.dataDir, 'demo')
  // PostgreSQL runs as an ordinary user when we are root, and has to walk through here.
  if (options.exitWhenSynced) await chmod(dataDir, 0o711)
  else await mkdir(dataDir, { recursive: true, mode: 0o711 })
  const say = options.json ? () => {} : (line: string) => void process.stdout.write(`${line}\n`)
  if (!options.exitWhenSynced && !options.json) buildConsole()

  const anyPort = options.exitWhenSynced ? { httpPort: 0, sftpPort: 0 } : {}
  const own: Config = {
    ...config,
    ...anyPort,
    dataDir,
    databaseUrl: null,
    roles: ['gate', 'work'],
    logLevel: options.exitWhenSynced ? 'silent' : 'warn',
  }
  const counted = countingCalls(realWorld(own))
  const told = untilToldToStop()
  const running = await startDemo(own, counted.world)
  try {
    for (const line of welcome(running.server, running.shopUrl, dataDir)) say(line)
    await running.drop()
    say(`Dropped ${DEMO_STOCK_FILE} into ${DEMO_FEED}/inbox over SFTP, as an ERP would. It walks:`)
    const figures = await Promise.race([untilSynced(running.server, say), told])
    if (figures === undefined) return 0
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10
    const summary = { ...figures, shopifyCalls: counted.calls(), seconds }
    if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`)
    else
      say(
        `${isSynced(figures) ? 'In sync' : 'Not in sync'} after ${seconds} s: ${figures.levelsEqual} levels read back equal, ${figures.levelsDifferent} different.`,
      )
    if (options.exitWhenSynced) return isSynced(figures) ? 0 : 1
    say('Try: npx trueup status   npx trueup explain AR-5381   sftp (see above)   Ctrl-C ends the demo.')
    await told
    return 0
  } finally {
    await running.stop()
    if (options.exitWhenSynced) await rm(dataDir, { recursive: true, force: true })
  }
}

export type RunningDemo = {
  server: Server
  shopUrl: string
  /** Drops the real ERP file through the SFTP server, as a client would. */
  drop(): Promise<void>
  stop(): Promise<void>
}

/** Starts the simulated shop and the program, and sets up what a person would have. No file is dropped. */
export async function startDemo(config: Config, world: World, shop: { port?: number } = {}): Promise<RunningDemo> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o711 })
  const simulator = await startShopifySimulator({
    shop: await demoShopFile(),
    stateFile: path.join(config.dataDir, 'shop-state.jsonl'),
    ...shop,
  })
  try {
    const server = await startServer(config, world)
    const stop = async () => {
      await server.stop()
      await simulator.close()
    }
    try {
      await setUpDemo(server.house, world, simulator.url)
      return { server, shopUrl: simulator.url, drop: () => dropStockFile(server, config.dataDir), stop }
    } catch (error) {
      await server.stop()
      throw error
    }
  } catch (error) {
    await simulator.close()
    throw error
  }
}

async function dropStockFile(server: Server, dataDir: string): Promise<void> {
  const client = new SftpClient()
  await client.connect({
    host: server.sftp?.host ?? '',
    port: server.sftp?.port ?? 0,
    username: FIRST_SFTP_USER,
    password: await readSftpPassword(dataDir),
  })
  try {
    await client.fastPut(path.join(demoDataDir(), DEMO_STOCK_FILE), `/${DEMO_FEED}/inbox/${DEMO_STOCK_FILE}`)
  } finally {
    await client.end()
  }
}

/** Looks until every level is proved, and says each stage once as it is passed. */
async function untilSynced(server: Server, say: (line: string) => void): Promise<DemoFigures> {
  const deadline = performance.now() + SYNC_MS_MAX
  const said = new Set<string>()
  for (;;) {
    const figures = await demoFigures(server.house.db)
    for (const line of stagesOf(figures)) {
      if (!said.has(line)) say(line)
      said.add(line)
    }
    if (isSynced(figures) || performance.now() > deadline) return figures
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

function stagesOf(f: DemoFigures): string[] {
  const stages: string[] = []
  if (f.files > 0) stages.push('  feed          the file is whole')
  if (f.replays > 0) stages.push('                it was applied before: a replay, which moves nothing')
  if (f.rowsRead > 0) stages.push(`  import        ${f.rowsRead} rows read, ${f.rowsRejected} rejected`)
  if (f.positions > 0) stages.push(`  inventory     ${f.positions} positions, ${f.unitsOnHand} units on hand`)
  if (f.targets > 0) stages.push(`  availability  ${f.targets} promises at the shop's locations`)
  if (f.levelsConfirmed > 0 && f.levelsWaiting === 0) stages.push(`  channel       ${f.levelsConfirmed} levels confirmed by the shop`)
  if (isSynced(f)) stages.push(`  reconcile     ${f.levelsEqual} levels read back, all equal`)
  return stages
}

function welcome(server: Server, shopUrl: string, dataDir: string): string[] {
  return [
    'Trueup demo: AdventureWorks stock, a simulated Shopify shop.',
    `  Console   ${server.http?.url}`,
    ...(server.newAdmin ? [`            user ${server.newAdmin.name}, password ${server.newAdmin.password}  (shown this once)`] : []),
    `  SFTP      sftp -P ${server.sftp?.port} ${FIRST_SFTP_USER}@${server.sftp?.host}`,
    `            password: cat ${shown(sftpPasswordFile(dataDir))}`,
    `  Shop      ${shopUrl}/_simulator/state`,
  ]
}

/** The console is compiled where it is not there, or old; without it the program works and only the pages are missing. */
function buildConsole(): void {
  const script = path.join(packageRoot(), 'bin', 'build-console.mjs')
  if (existsSync(script)) spawnSync(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit'] })
}

function countingCalls(world: World): { world: World; calls(): number } {
  let calls = 0
  const counting: typeof fetch = (input, init) => {
    if (String(input instanceof Request ? input.url : input).endsWith('/graphql.json')) calls++
    return world.fetch(input, init)
  }
  return { world: { ...world, fetch: counting }, calls: () => calls }
}
