import { Argument, type Command, Option } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import type { leavingList } from '../http/contract/leaving.ts'
import type { locationInList, locationList, mapping } from '../http/contract/shop.ts'
import { TrueupError } from '../kernel/error.ts'
import { plain } from '../kernel/plain.ts'
import { type Api, openApi } from './api.ts'
import { type Answer, answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { tableOf } from './table.ts'

type Locations = Wire<typeof locationList>
type Location = Wire<typeof locationInList>

/** `trueup shop locations CODE`: what each location stands for, and what it might. */
export function locationsCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'every active location stands for something', no: 'some do not yet, or the shop was not read yet' }
  return withDataDir(newCommand('locations', 'Shows the locations of a shop, with proposals.', exits, 'trueup shop locations corner'))
    .addArgument(shopArgument())
    .action(async (code: string, options: CommonOptions) =>
      ended(
        await answer(hands, options, async () => {
          const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
          return answerOf(await locationsOf(api, code))
        }),
      ),
    )
}

type MapOptions = CommonOptions & { facility?: string; group?: string; proposed?: true; becomes?: string; reason?: string }

/** `trueup shop map CODE LOCATION`: says which facility or group a location stands for. */
export function mapCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'it is mapped', no: 'there is no such location, facility or group, or nothing is proposed' }
  const example = "trueup shop map corner 'High Street' --facility S1\n  trueup shop map corner --proposed"
  return withDataDir(newCommand('map', 'Maps a location to a facility or to a group.', exits, example))
    .addArgument(shopArgument())
    .argument('[location]', 'its name or its number, as `shop locations` shows them')
    .option('--facility <code>', 'the facility whose stock it shows')
    .option('--group <code>', 'the group whose stock it shows as one')
    .option('--proposed', 'map every location for which a facility is proposed')
    .addOption(becomesOption('what becomes of the numbers of a location that stands for something else now'))
    .option('--reason <text>', 'why it moves')
    .action(async (code: string, location: string | undefined, options: MapOptions, command: Command) => {
      const given = [options.facility, options.group, options.proposed].filter(value => value !== undefined).length
      if (given !== 1) command.error('error: name one of --facility, --group and --proposed')
      if ((location === undefined) !== (options.proposed === true))
        command.error('error: name a location with --facility or --group, and none with --proposed')
      if ((options.becomes === undefined) !== (options.reason === undefined) || (options.proposed && options.becomes !== undefined))
        command.error('error: a location that moves takes both --becomes and --reason')
      ended(await answer(hands, options, () => mapLocations(hands, code, location, options)))
    })
}

async function mapLocations(hands: Hands, code: string, wanted: string | undefined, options: MapOptions): Promise<Answer> {
  const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
  const { rows } = await locationsOf(api, code)
  const { facility, group } = options
  const pairs =
    wanted === undefined
      ? rows.flatMap(location => (location.proposedFacility === null ? [] : [{ location, to: { facility: location.proposedFacility } }]))
      : [{ location: called(rows, code, wanted), to: facility === undefined ? { group } : { facility } }]
  const mapped: Wire<typeof mapping>[] = []
  const lines: string[] = []
  for (const { location, to } of pairs) {
    const target = 'facility' in to ? to.facility : to.group
    if (options.becomes !== undefined) {
      const { becomes, reason } = options
      const left = await api.post<Wire<typeof leavingList>>(`${routeOf(code)}/${location.locationId}/move`, { ...to, becomes, reason })
      return { status: EXIT.yes, json: left, text: movedText(location, target ?? '', left) }
    }
    const answered = await api.put<Wire<typeof mapping>>(`${routeOf(code)}/${location.locationId}/mapping`, to)
    mapped.push(answered)
    lines.push(`${plain(location.name)} is ${plain(answered.facility ?? answered.group ?? '')}.`)
  }
  const nothing = 'Nothing is proposed: no location that is free has the name of one facility.'
  return { status: mapped.length > 0 ? EXIT.yes : EXIT.no, json: { mapped }, text: lines.join('\n') || nothing }
}

function movedText({ locationId, name }: Location, target: string, { rows }: Wire<typeof leavingList>): string {
  const underWay = rows.find(row => row.locationId === locationId)
  if (underWay === undefined) return `${plain(name)} is ${plain(target)}.`
  return underWay.kind === 'kept'
    ? `${plain(name)} is ${plain(target)}; ${underWay.levelsLeft} levels stay until they are counted there.`
    : `${plain(name)} is ${plain(target)} when it shows 0; ${underWay.levelsLeft} levels do not yet.`
}

/** By its number, or by its name where only one location has it. */
function called(rows: readonly Location[], shop: string, wanted: string): Location {
  const found = rows.filter(location => String(location.locationId) === wanted || location.locationGid === wanted)
  const named = found.length > 0 ? found : rows.filter(location => location.name.toLowerCase() === wanted.toLowerCase())
  if (named.length === 1 && named[0]) return named[0]
  throw new TrueupError(
    'CATALOG_LOCATION_NOT_FOUND',
    named.length === 0
      ? `The shop ${shop} has no location ${wanted}.`
      : `${named.length} locations of the shop ${shop} are called ${wanted}.`,
    {
      retry: 'never',
      hint: `Name it by the number that \`trueup shop locations ${shop}\` shows.`,
      detail: { shop, location: wanted, status: 404 },
    },
  )
}

function answerOf(locations: Locations): Answer {
  if (locations.catalogReadAt === null && locations.rows.length === 0)
    return { status: EXIT.no, json: locations, text: 'The shop was not read yet. `trueup shop list` says why, if it takes long.' }
  const rows = locations.rows.map(location => [
    String(location.locationId),
    plain(location.name),
    location.isActive ? (location.isFulfillmentService ? 'of a service' : 'active') : 'inactive',
    plain(location.facility ?? location.group ?? ''),
    plain(location.proposedFacility ?? ''),
  ])
  const isDone = locations.rows.every(location => !location.isActive || location.facility !== null || location.group !== null)
  return {
    status: isDone ? EXIT.yes : EXIT.no,
    json: locations,
    text: tableOf(['>Number', 'Location', 'State', 'Stands for', 'Proposed'], rows),
  }
}

function locationsOf(api: Api, code: string): Promise<Locations> {
  return api.get<Locations>(routeOf(code))
}

function routeOf(code: string): string {
  return `/shops/${encodeURIComponent(code)}/locations`
}

export function becomesOption(says: string): Option {
  return new Option('--becomes <what>', says).choices(['zero', 'keep', 'hand_over'])
}

export function shopArgument(): Argument {
  return new Argument('<shop>', 'the code of the shop')
}
