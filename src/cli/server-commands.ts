import type { Command } from 'commander'
import { type CommonOptions, newCommand, tellError } from './command.ts'
import type { Flags, Hands } from './hands.ts'

type ServerOptions = CommonOptions & Flags

/** The commands that are the program itself: they run until they are told to stop, or until their work is proved. */
export function startCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'it was told to stop, and did' }
  return withPlaces(newCommand('start', 'Runs Trueup: database, drop server, rooms, API and console.', exits, 'trueup start --http-port 0'))
    .option('--roles <roles>', 'gate (people and files), work (the rooms), or gate,work (default: TRUEUP_ROLES, or both)')
    .action(async (options: ServerOptions) => ended(await running(hands, options, () => hands.start(options))))
}

export function demoCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'the shop was read back and shows what it should', no: 'it does not' }
  return withPlaces(
    newCommand('demo', 'Walks a real ERP file down the street to a simulated shop.', exits, 'trueup demo --exit-when-synced --json'),
  )
    .option('--exit-when-synced', 'end when the shop has been read back, and leave nothing running')
    .action(async (options: ServerOptions & { exitWhenSynced?: true }) => {
      const how = { exitWhenSynced: options.exitWhenSynced ?? false, json: options.json ?? false }
      ended(await running(hands, options, () => hands.demo(options, how)))
    })
}

export function simulateCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'it was told to stop, and did' }
  return newCommand('simulate', 'Runs a stand-in for a service of the outside world.', exits, 'trueup simulate shopify --port 7350')
    .argument('<service>', 'shopify')
    .option('--port <port>', 'where it listens; 0 takes any free port', '0')
    .option('--listen <address>', 'the address it listens on')
    .option('--shop <files...>', 'what the shop has, as JSON; several are several shops that sell in one world, at the ports after it')
    .option('--state <file>', 'keep the shop in this file between runs')
    .option('--seed <number>', 'makes its mischief repeatable')
    .action(async (service: string, options: CommonOptions & Record<string, string | string[]>, command: Command) => {
      if (service !== 'shopify') command.error(`error: there is no simulator called '${service}'. Try: shopify`)
      const words = ['port', 'listen', 'shop', 'state', 'seed'].flatMap(name => {
        const value = options[name]
        return [value ?? []].flat().map(each => `--${name === 'listen' ? 'host' : name}=${each}`)
      })
      ended(await running(hands, options, () => hands.simulateShopify(words)))
    })
}

function withPlaces(command: Command): Command {
  return command
    .option('--data-dir <dir>', 'where everything is kept (default: TRUEUP_DATA_DIR, or ./.trueup)')
    .option('--host <address>', 'the address to listen on (default: TRUEUP_HOST, or 127.0.0.1)')
    .option('--http-port <port>', 'port of the console and API (default: TRUEUP_HTTP_PORT, or 7310; 0: any free one)')
    .option('--sftp-port <port>', 'port of the drop server (default: TRUEUP_SFTP_PORT, or 7322; 0: any free one)')
}

async function running(hands: Hands, options: CommonOptions, run: () => Promise<number>): Promise<number> {
  try {
    return await run()
  } catch (thrown) {
    return tellError(hands, options, thrown)
  }
}
