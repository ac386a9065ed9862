import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import type { publishing } from '../http/contract/publishing.ts'
import { plain } from '../kernel/plain.ts'
import { openApi } from './api.ts'
import { type Answer, answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { shopArgument } from './shop-locations.ts'

type PublishOptions = CommonOptions & { write?: 'available' | 'on-hand'; merge?: 'on' | 'off'; searchLag?: number; reason?: string }

/** `trueup shop publish CODE`: says how the stock of a shop is written, or shows it. */
export function publishCommand(hands: Hands, ended: (status: number) => void): Command {
  const example = 'trueup shop publish corner\n  trueup shop publish corner --write on-hand\n  trueup shop publish corner --search-lag 30'
  return withDataDir(newCommand('publish', 'Shows how the stock of a shop is written, or says it.', { yes: 'this is how' }, example))
    .addArgument(shopArgument())
    .addOption(new Option('--write <quantity>', 'what is written in the shop').choices(['available', 'on-hand']))
    .addOption(new Option('--merge <switch>', 'whether sales that were not heard of are looked for').choices(['on', 'off']))
    .addOption(
      new Option('--search-lag <seconds>', 'how late the order search of the shop shows a new order at worst').argParser(wholeSeconds),
    )
    .option('--reason <text>', 'why; kept in the audit log')
    .action(async (code: string, options: PublishOptions) => ended(await answer(hands, options, () => publish(hands, code, options))))
}

async function publish(hands: Hands, code: string, { write, merge, searchLag, reason, ...options }: PublishOptions): Promise<Answer> {
  const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
  const route = `/shops/${encodeURIComponent(code)}/publishing`
  const body = {
    ...(write === undefined ? {} : { written: write === 'on-hand' ? 'on_hand' : 'available' }),
    ...(merge === undefined ? {} : { isMerged: merge === 'on' }),
    ...(searchLag === undefined ? {} : { searchLagSeconds: searchLag }),
  }
  const isAsked = Object.keys(body).length === 0
  const said = isAsked
    ? await api.get<Wire<typeof publishing>>(route)
    : await api.put<Wire<typeof publishing>>(route, { ...body, ...(reason ? { reason } : {}) })
  return { status: EXIT.yes, json: said, text: textOf(said) }
}

function textOf({ shop, written, isMerged, searchLagSeconds, shares }: Wire<typeof publishing>): string {
  const lines = [
    `${plain(shop)} is written as ${written === 'on_hand' ? 'on hand' : 'available'}.`,
    isMerged ? 'Sales that were not heard of are subtracted.' : 'Sales that were not heard of are not looked for.',
    `Its order search is taken to lag ${searchLagSeconds} s at worst.`,
    ...shares.map(share => `${plain(share.location)} shows its part of what it shares, by weight ${share.weight}.`),
  ]
  return lines.join('\n')
}

function wholeSeconds(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('Give whole seconds.')
  return Number(text)
}
