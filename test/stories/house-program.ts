import type { Config } from '../../src/app/config.ts'
import { startServer } from '../../src/app/server.ts'
import { realWorld } from '../../src/app/start.ts'

/* The whole program on a database that somebody else serves, for a story that kills it: prints where its SFTP door is. */
const [dataDir = '', databaseUrl = ''] = process.argv.slice(2)
const config: Config = {
  ...{ dataDir, databaseUrl, host: '127.0.0.1', httpPort: 0, sftpPort: 0 },
  ...{ roles: ['gate', 'work'], logLevel: 'warn', secretKey: null },
}
const server = await startServer(config, realWorld(config))
process.once('SIGTERM', () => void server.stop())
process.stdout.write(`${JSON.stringify({ port: server.sftp?.port })}\n`)
