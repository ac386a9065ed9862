import type { Command } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import type { explanation, levelsOfSku, stockOfSku } from '../http/contract/stock.ts'
import { openApi } from './api.ts'
import { type Answer, answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { numberOf, plain, tableOf } from './table.ts'

type Stock = Wire<typeof stockOfSku>
type Target = Wire<typeof explanation>
type Level = Wire<typeof levelsOfSku>['rows'][number]

/** `trueup explain SKU`: where the number comes from, term by term, and how far it has come on its way to the shop. */
export function explainCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'explained', no: 'no such SKU, or it is not promised at that location' }
  return withDataDir(
    newCommand('explain', 'Explains what a SKU may be sold for, and why.', exits, 'trueup explain BK-M82S-38 --at "Main Street"'),
  )
    .argument('<sku>', 'any identifier of the product')
    .option('--at <location>', 'only this location of a shop, or this facility')
    .action(async (sku: string, options: CommonOptions & { at?: string }) =>
      ended(
        await answer(hands, options, async () => {
          const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
          const name = encodeURIComponent(sku)
          const stock = await api.get<Stock>(`/stock/${name}`)
          const levels = await api.get<{ rows: Level[] }>(`/stock/${name}/levels`)
          return answerOf(stock, levels.rows, options.at ?? null)
        }),
      ),
    )
}

export function answerOf(stock: Stock, levels: readonly Level[], at: string | null): Answer {
  const targets = stock.targets.filter(({ target }) => at === null || isCalled(target.location, at))
  const facilities = stock.facilities.filter(
    ({ facility, code }) => at === null || isCalled(facility, at) || isCalled(code, at) || targets.some(one => goesInto(one, facility)),
  )
  const chains = targets.map(explained => ({ explained, level: levelOf(explained, levels) }))
  const json = { sku: stock.sku, name: stock.name, facilities, targets: chains.map(({ explained, level }) => ({ ...explained, level })) }
  if (at !== null && targets.length === 0 && facilities.length === 0) return { status: EXIT.no, json, text: notThere(stock, at) }
  return { status: EXIT.yes, json, text: textOf(stock, facilities, chains) }
}

function textOf(stock: Stock, facilities: Stock['facilities'], chains: readonly { explained: Target; level: Level | null }[]): string {
  const rows = facilities.map(one => [
    plain(one.facility),
    unitsOf(one.onHandUnits, 'never counted'),
    numberOf(one.reservedUnits),
    numberOf(one.safetyStockUnits),
    one.countedAt ?? '',
  ])
  const table = tableOf(['Facility', '>On hand', '>Reserved', '>Safety stock', 'Counted at'], rows)
  const parts = [`${plain(stock.sku)}  ${plain(stock.name)}`, rows.length === 0 ? 'No facility has a count of it.' : table]
  for (const { explained, level } of chains) {
    parts.push([`${plain(explained.target.shop)}, ${plain(explained.target.location)}`, ...chainOf(explained, level)].join('\n  '))
  }
  if (chains.length === 0) parts.push('It is promised nowhere: no shop location is fed from these facilities, or the SKU is not linked.')
  return parts.join('\n\n')
}

/** From the sum to the shop, in the order in which it happens. */
function chainOf(explained: Target, level: Level | null): string[] {
  const lines = [plain(explained.sentence)]
  if (explained.storedUnits !== explained.sellableUnits) {
    lines.push(`A change is on its way: the rooms still work with ${numberOf(explained.storedUnits)}.`)
  }
  return [...lines, intentLine(level), observedLine(level)]
}

function intentLine(level: Level | null): string {
  const intent = level?.intent ?? null
  if (intent === null) return 'The shop was not told yet.'
  const units = numberOf(intent.units)
  switch (intent.state) {
    case 'pending':
      return `${units} waits to be sent to the shop.`
    case 'sending':
      return `${units} is being sent to the shop; its answer is not known yet.`
    case 'confirmed':
      return `The shop took ${units}.`
    case 'blocked':
      return `${units} cannot be sent (${intent.code ?? 'no code'}). ${plain(intent.hint ?? '')}`.trim()
  }
}

function observedLine(level: Level | null): string {
  const observed = level?.observed ?? null
  if (observed === null) return 'It was not read back yet, so nobody can say what the shop shows.'
  const shown = unitsOf(observed.shopUnits, 'nothing')
  const expected = numberOf(observed.expectedUnits)
  if (!observed.isOfNewest) return `Read back before the newest change: the shop showed ${shown}, ${expected} was expected.`
  switch (observed.verdict) {
    case 'equal':
      return `Read back: the shop shows ${shown}, as it should.`
    case 'different':
      return `Read back: the shop shows ${shown}, and should show ${expected}.`
    case 'waiting':
      return `Read back: the shop shows ${shown}; ${expected} is on its way.`
    case 'not_stocked':
      return `Read back: the shop does not stock it at this location.`
  }
}

function notThere(stock: Stock, at: string): string {
  const known = [...new Set([...stock.targets.map(({ target }) => target.location), ...stock.facilities.map(one => one.facility)])]
  const where = known.length === 0 ? 'It is nowhere else, either.' : `It is at: ${known.map(plain).join(', ')}.`
  return `${plain(stock.sku)} is not at ${plain(at)}. ${where}`
}

function levelOf({ target }: Target, levels: readonly Level[]): Level | null {
  return levels.find(level => level.shopId === target.shopId && level.locationId === target.locationId) ?? null
}

function goesInto(explained: Target, facility: string): boolean {
  return explained.facilities.some(one => one.facility === facility)
}

function isCalled(name: string, said: string): boolean {
  return name.trim().toLowerCase() === said.trim().toLowerCase()
}

/** Unknown is not zero. */
function unitsOf(units: number | null, unknown: string): string {
  return units === null ? unknown : numberOf(units)
}
