import { Command } from 'commander'
import { messageOf, TrueupError } from '../kernel/error.ts'
import { escapedJson, plainLines } from '../kernel/plain.ts'
import type { Hands } from './hands.ts'

/** The answer is yes; the answer is no; it could not be answered, or the question was wrong. */
export const EXIT = { yes: 0, no: 1, error: 2 } as const
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT]

/** What a command found: for a person as text, for a program as one JSON object. */
export type Answer = { status: ExitStatus; text: string; json: unknown }

export type CommonOptions = { json?: true; debug?: true; dataDir?: string }

/** A command with what every command has: --json, --debug, and its exit statuses in its help. */
export function newCommand(name: string, summary: string, exits: { yes: string; no?: string }, example: string): Command {
  const no = exits.no === undefined ? '' : `  1  ${exits.no}\n`
  return new Command(name)
    .description(summary)
    .option('--json', 'print one JSON object on standard output, errors included')
    .option('--debug', 'print where an error came from, too')
    .addHelpText('after', `\nExit status:\n  0  ${exits.yes}\n${no}  2  wrong usage, or an error\n\nExample:\n  ${example}`)
}

/** The option of the commands that speak with the running program. */
export function withDataDir(command: Command): Command {
  return command.option('--data-dir <dir>', 'data directory of the running program (default: TRUEUP_DATA_DIR, or ./.trueup)')
}

/** Asks, prints what came of it, and gives the exit status. */
export async function answer(hands: Hands, options: CommonOptions, ask: () => Promise<Answer>): Promise<ExitStatus> {
  try {
    const { status, text, json } = await ask()
    hands.out.write(options.json ? `${escapedJson(JSON.stringify(json))}\n` : `${plainLines(text)}\n`)
    return status
  } catch (thrown) {
    return tellError(hands, options, thrown)
  }
}

/** An error is its code, a sentence and what to do next. With --json it takes the place of the answer on standard output. */
export function tellError(hands: Hands, options: CommonOptions, thrown: unknown): ExitStatus {
  const error = thrown instanceof TrueupError ? thrown : unnamed(thrown)
  if (options.json) {
    const { code, message, hint, retry, detail } = error
    hands.out.write(`${escapedJson(JSON.stringify({ error: { code, message, hint, retry, detail } }))}\n`)
  } else {
    hands.err.write(`${plainLines(`${error.code}: ${error.message}\n  ${error.hint}`)}\n`)
  }
  if (options.debug) hands.err.write(`${plainLines(stackOf(error))}\n`)
  return isNo(error) ? EXIT.no : EXIT.error
}

/** "There is no such thing" is an answer: a script asks `explain` to learn whether a SKU is known. */
function isNo(error: TrueupError): boolean {
  return error.detail.status === 404
}

function unnamed(thrown: unknown): TrueupError {
  return new TrueupError('CLI_BROKE', messageOf(thrown), {
    retry: 'never',
    hint: 'Run it again with --debug and report what it prints, with what you typed.',
    cause: thrown,
  })
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}
