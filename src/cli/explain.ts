import type { Command } from 'commander'
import type { explained } from '../http/contract/explain.ts'
import type { Wire } from '../http/contract/instant.ts'
import { TrueupError } from '../kernel/error.ts'
import { plain } from '../kernel/plain.ts'
import { openApi } from './api.ts'
import { type Answer, answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { numberOf } from './table.ts'

type Explained = Wire<typeof explained>
type Level = Explained['levels'][number]
type Link = Level['links'][number]

/** `trueup explain SKU`: the whole way of a number, from the line of a file to what the shop shows, and where it breaks. */
export function explainCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'explained', no: 'it is not promised there' }
  const example = 'trueup explain BK-M82S-38 --at "Main Street" --as-of 2026-11-24T08:00:00Z'
  return withDataDir(newCommand('explain', 'Explains what a SKU may be sold for, and why.', exits, example))
    .argument('<sku>', 'any identifier of the product')
    .option('--at <location>', 'only this location of a shop, or this facility')
    .option('--shop <code>', 'only this shop')
    .option('--as-of <instant>', 'what was there, promised and told at this instant, for example 2026-11-24T08:00:00Z')
    .action(async (sku: string, options: CommonOptions & { at?: string; shop?: string; asOf?: string }) =>
      ended(
        await answer(hands, options, async () => {
          const asOf = options.asOf === undefined ? null : instantOf(options.asOf)
          const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
          const ask = (query: Record<string, string | null | undefined>) =>
            api.get<Explained>(`/stock/${encodeURIComponent(sku)}/explain${queryOf(query)}`)
          const found = await ask({ at: options.at, shop: options.shop, asOf })
          if (found.levels.length > 0 || options.at === undefined) return answerOf(found)
          return notThere(found, options.at, await ask({ shop: options.shop }))
        }),
      ),
    )
}

function queryOf(query: Record<string, string | null | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}

function instantOf(text: string): string {
  const at = Date.parse(text)
  if (!Number.isNaN(at)) return new Date(at).toISOString()
  throw new TrueupError('CLI_USAGE', `${plain(text)} is no instant.`, {
    retry: 'never',
    hint: 'Write it as 2026-11-24T08:00:00Z, or with your zone as 2026-11-24T09:00:00+01:00.',
  })
}

export function answerOf(found: Explained): Answer {
  if (found.levels.length === 0) {
    const why =
      'It is promised nowhere: no facility counted it, no location of a shop is fed from one that did, or it is not told to shops.'
    return { status: EXIT.no, json: found, text: `${titleOf(found)}\n\n${why}` }
  }
  const parts = [titleOf(found), ...found.levels.map(level => textOf(level, found.asOf))]
  if (found.isMore) parts.push('There are more locations; name one with --at.')
  return { status: EXIT.yes, json: found, text: parts.join('\n\n') }
}

function titleOf(found: Explained): string {
  const then = found.asOf === null ? '' : `\nAs of ${found.asOf}`
  return `${plain(found.sku)}  ${plain(found.name)}${then}`
}

const MARK: Record<Link['state'], string> = { whole: '✓', waiting: '…', broken: '✗', off: '–', unknown: '?' }
const NAME: Record<Link['link'], string> = {
  file: 'File',
  on_hand: 'On hand',
  reserved: 'Reserved',
  promised: 'Promised',
  intent: 'Queue',
  upload: 'Upload',
  shop: 'Shop',
}
const NAME_WIDTH = 10

function textOf(level: Level, asOf: string | null): string {
  const lines = [`${plain(level.shop)}, ${plain(level.location)}`, `  ${plain(level.sentence)}`]
  for (const link of level.links) {
    const at = link.at === null ? '' : `  (${link.at})`
    lines.push(`  ${MARK[link.state]} ${NAME[link.link].padEnd(NAME_WIDTH)}${plain(link.said)}${at}`)
    for (const detail of detailsOf(level, link)) lines.push(`    ${' '.repeat(NAME_WIDTH)}${plain(detail)}`)
  }
  if (asOf === null) lines.push(`  ${breakOf(level)}`)
  return lines.join('\n')
}

/** The evidence under its link. */
function detailsOf({ evidence, explanation }: Level, { link }: Link): string[] {
  switch (link) {
    case 'file':
      return evidence.facilities.flatMap(({ facility, line }) =>
        line === null || line.raw === null
          ? []
          : [`${facility}: ${line.fileName}${line.line === null ? '' : `:${line.line}`} at byte ${line.byteOffset} | ${line.raw}`],
      )
    case 'on_hand':
      return evidence.facilities.length < 2
        ? []
        : evidence.facilities.map(one => `${one.facility}: ${one.onHandUnits === null ? 'never counted' : numberOf(one.onHandUnits)}`)
    case 'reserved':
      return evidence.orders.map(one => `${numberOf(one.units)} by ${one.order}${one.isWaiting ? ', which waits' : ''}`)
    case 'promised':
      return rulesOf(explanation)
    case 'upload':
      return evidence.call === null
        ? []
        : [`call ${evidence.call.callId}, key ${evidence.call.idempotencyKey}, x-request-id ${evidence.call.requestId ?? 'none'}`]
    case 'intent':
    case 'shop':
      return []
  }
}

function rulesOf(explanation: Level['explanation']): string[] {
  if (explanation === null) return []
  const said = explanation.facilities.flatMap(one => [
    ...(one.safetyRule === null ? [] : [`${numberOf(one.safetyStockUnits)} kept back at ${one.facility} by the rule ${one.safetyRule}`]),
    ...(one.switchRule === null ? [] : [`${one.facility} is switched ${one.isSwitchedOff ? 'off' : 'on'} by the rule ${one.switchRule}`]),
  ])
  if (explanation.thresholdRule !== null)
    said.push(`a threshold of ${numberOf(explanation.thresholdUnits)} by the rule ${explanation.thresholdRule}`)
  if (explanation.switchRule !== null)
    said.push(`the channel is switched ${explanation.isSwitchedOff ? 'off' : 'on'} by the rule ${explanation.switchRule}`)
  return said
}

function breakOf({ firstBroken }: Level): string {
  if (firstBroken === null) return 'Whole from the file to the shop.'
  const code = firstBroken.code === null ? '' : ` (${firstBroken.code})`
  const where = NAME[firstBroken.link].toLowerCase()
  if (firstBroken.state === 'broken') return `Breaks at the ${where}${code}. ${plain(firstBroken.next ?? '')}`.trim()
  return `Not at its end yet: it has come to the ${where}${code}. Nothing to do.`
}

function notThere(found: Explained, at: string, everywhere: Explained): Answer {
  const known = [...new Set(everywhere.levels.map(level => level.location))]
  const where = known.length === 0 ? 'It is nowhere else, either.' : `It is at: ${known.map(plain).join(', ')}.`
  return { status: EXIT.no, json: found, text: `${plain(found.sku)} is not promised at ${plain(at)}. ${where}` }
}
