import { Command, CommanderError } from 'commander'
import { TrueupError } from '../kernel/error.ts'
import { backupCommand, restoreCommand } from './backup.ts'
import { EXIT, tellError } from './command.ts'
import { configCommand } from './config.ts'
import { conformCommand } from './conform.ts'
import { diffCommand } from './diff.ts'
import { doctorCommand } from './doctor.ts'
import { explainCommand } from './explain.ts'
import { exportCommand } from './export.ts'
import { facilityCommand } from './facility.ts'
import { feedCommand } from './feed.ts'
import { groupCommand } from './group.ts'
import type { Hands } from './hands.ts'
import { importCommand } from './import.ts'
import { inspectCommand } from './inspect-command.ts'
import { jobCommand } from './job.ts'
import { demoCommand, simulateCommand, startCommand } from './server-commands.ts'
import { sftpUserCommand } from './sftp-user.ts'
import { shopCommand } from './shop.ts'
import { sourceCommand } from './source.ts'
import { statusCommand } from './status.ts'
import { undoCommand } from './undo.ts'
import { userCommand } from './user.ts'

const COMMANDS = [
  startCommand,
  demoCommand,
  statusCommand,
  importCommand,
  undoCommand,
  explainCommand,
  diffCommand,
  shopCommand,
  groupCommand,
  facilityCommand,
  feedCommand,
  sourceCommand,
  sftpUserCommand,
  jobCommand,
  userCommand,
  inspectCommand,
  exportCommand,
  configCommand,
  simulateCommand,
  doctorCommand,
  conformCommand,
  backupCommand,
  restoreCommand,
]

/** Runs one command line and gives its exit status. */
export async function runProgram(argv: readonly string[], hands: Hands): Promise<number> {
  let status: number = EXIT.yes
  const program = new Command('trueup')
    .description('Keeps the stock that an ERP reports and the stock that Shopify shows the same, and proves it.')
    .version(hands.version)
    .addHelpText('after', '\nExit status: 0 yes, done; 1 the answer is no; 2 wrong usage, or an error.')
  for (const make of COMMANDS) {
    const command = make(hands, ended => {
      status = ended
    })
    program.addCommand(strict(command, hands))
  }
  try {
    await strict(program, hands).parseAsync([...argv], { from: 'user' })
    return status
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    return thrown.exitCode === 0 ? EXIT.yes : tellError(hands, { ...(argv.includes('--json') ? { json: true } : {}) }, usage(thrown))
  }
}

/** commander throws instead of ending the process, and says nothing by itself but what was asked for. */
function strict(command: Command, hands: Hands): Command {
  for (const below of command.commands) strict(below, hands)
  return command.exitOverride().configureOutput({ writeOut: text => hands.out.write(text), writeErr: () => {} })
}

function usage(thrown: CommanderError): TrueupError {
  const isBare = thrown.code === 'commander.help'
  return new TrueupError('CLI_USAGE', isBare ? 'No command was given.' : sentenceOf(thrown.message), {
    retry: 'never',
    hint: 'See `trueup --help`, or `trueup COMMAND --help`.',
  })
}

function sentenceOf(message: string): string {
  const text = message.replace(/^error: /, '').trim()
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!)]$/.test(text) ? '' : '.'}`
}
