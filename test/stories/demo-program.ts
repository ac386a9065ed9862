import type { Config } from '../../src/app/config.ts'
import { startDemo } from '../../src/app/demo.ts'
import { realWorld } from '../../src/app/start.ts'

/*
 * The whole program with its embedded database and the simulated shop, for a story that kills it: prints where its doors are as one
 * line of JSON, and stops cleanly on SIGTERM. The shop is kept in a file, so it lives on as Shopify would; its port may be another.
 */
const [dataDir = ''] = process.argv.slice(2)
const config: Config = {
  dataDir,
  databaseUrl: null,
  host: '127.0.0.1',
  httpPort: 0,
  sftpPort: 0,
  roles: ['gate', 'work'],
  logLevel: 'warn',
  secretKey: null,
}
const running = await startDemo(config, realWorld(config))
process.once('SIGTERM', () => void running.stop())
process.stdout.write(
  `${JSON.stringify({ sftp: running.server.sftp, databaseUrl: running.server.house.databaseUrl, shopUrl: running.shopUrl })}\n`,
)
