import { type Command, InvalidArgumentError, Option } from 'commander'
import { plain } from '../kernel/plain.ts'
import type { Api } from './api.ts'
import type { Answer, CommonOptions } from './command.ts'

/** Opens the way to the running program, asks, prints, and ends with the exit status. */
export type Asking = (options: CommonOptions, ask: (api: Api) => Promise<Answer>) => Promise<void>
/** A shop's or a source's own schedule instead of the job's. */
export type WhoseOptions = CommonOptions & { shop?: string; source?: string }

export function jobPath(name: string): string {
  return `/jobs/${encodeURIComponent(name)}`
}

export function whoseQuery({ shop, source }: WhoseOptions): string {
  if (shop !== undefined) return `?shop=${encodeURIComponent(shop)}`
  return source === undefined ? '' : `?source=${encodeURIComponent(source)}`
}

/** The options by which a shop or a source is meant instead of the job. */
export function withWhose(command: Command): Command {
  return command
    .addOption(new Option('--shop <code>', 'for this shop only').conflicts('source'))
    .addOption(new Option('--source <name>', 'for this source only'))
}

/** `--param name=value`, as often as there are any. */
export function paramOption(): Option {
  return new Option('--param <name=value>', 'a parameter of the job; may be given more than once')
    .default({} as Record<string, string>, 'none')
    .argParser((text: string, before: Record<string, string>) => {
      const at = text.indexOf('=')
      if (at < 1) throw new InvalidArgumentError('It is written name=value.')
      return { ...before, [text.slice(0, at).trim()]: text.slice(at + 1) }
    })
}

/** For whom something was done, as a sentence goes on. */
export function forWhom({ shop, source }: WhoseOptions): string {
  const whose = shop ?? source
  return whose === undefined ? '' : ` for ${plain(whose)}`
}
