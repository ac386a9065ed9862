import { Command, Option } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import type { addedShop, shopList } from '../http/contract/shop.ts'
import { TrueupError } from '../kernel/error.ts'
import { plain } from '../kernel/plain.ts'
import { openApi } from './api.ts'
import { type Answer, answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { liveCommand } from './shop-live.ts'
import { locationsCommand, mapCommand } from './shop-locations.ts'
import { publishCommand } from './shop-publish.ts'
import { numberOf, tableOf } from './table.ts'

const ACCESS = { 'no-access': 'no_access', 'read-only': 'read_only', 'read-and-write': 'read_and_write' } as const
type Access = keyof typeof ACCESS

type AddOptions = CommonOptions & { code: string; url: string; name?: string; access?: Access }

/** `trueup shop …`: connects shops and says which of their locations is which facility. */
export function shopCommand(hands: Hands, ended: (status: number) => void): Command {
  return new Command('shop')
    .description('Connects shops and maps their locations.')
    .addCommand(addCommand(hands, ended))
    .addCommand(listCommand(hands, ended))
    .addCommand(locationsCommand(hands, ended))
    .addCommand(mapCommand(hands, ended))
    .addCommand(liveCommand(hands, ended))
    .addCommand(publishCommand(hands, ended))
}

function addCommand(hands: Hands, ended: (status: number) => void): Command {
  const example = 'trueup shop add --code corner --url https://corner.myshopify.com --access read-and-write < token.txt'
  return withDataDir(
    newCommand('add', 'Connects a shop, or gives a connected one another address, token or access.', { yes: 'it is connected' }, example),
  )
    .requiredOption('--code <code>', 'what the shop is called here')
    .requiredOption('--url <url>', 'its address, such as https://corner.myshopify.com')
    .option('--name <name>', 'its name (default: the code)')
    .addOption(
      new Option('--access <access>', 'what may be done there (default: as it was, and read only where nobody chose)').choices(
        Object.keys(ACCESS),
      ),
    )
    .addHelpText('after', '\nThe access token comes from TRUEUP_SHOP_TOKEN or from standard input, never from an argument.')
    .action(async (options: AddOptions) => ended(await answer(hands, options, () => addShop(hands, options))))
}

async function addShop(hands: Hands, options: AddOptions): Promise<Answer> {
  const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
  const token = (await hands.shopToken()).trim()
  if (token === '') throw noToken()
  const { code, url, name, access } = options
  const said = { ...(name === undefined ? {} : { name }), ...(access === undefined ? {} : { accessScope: ACCESS[access] }) }
  const body = { code, url, token, ...said }
  const added = await api.post<Wire<typeof addedShop>>('/shops', body)
  const next = [
    `Next: \`trueup shop locations ${plain(added.code)}\` shows its locations as soon as it was read.`,
    ...(added.isShadow
      ? [`Nothing is written there yet: \`trueup shop live ${plain(added.code)}\` shows what going live would change.`]
      : []),
  ].join('\n')
  return { status: EXIT.yes, json: added, text: `${plain(added.name)} is connected (${words(added.accessScope)}).\n${next}` }
}

function listCommand(hands: Hands, ended: (status: number) => void): Command {
  return withDataDir(newCommand('list', 'Lists the shops and how they are.', { yes: 'this is the list' }, 'trueup shop list')).action(
    async (options: CommonOptions) =>
      ended(
        await answer(hands, options, async () => {
          const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
          const list = await api.get<Wire<typeof shopList>>('/shops')
          return { status: EXIT.yes, json: list, text: textOf(list) }
        }),
      ),
  )
}

function textOf({ rows }: Wire<typeof shopList>): string {
  if (rows.length === 0) return 'No shop is connected. Connect one with `trueup shop add`.'
  const lines = rows.map(shop => [
    plain(shop.code),
    plain(shop.name),
    words(shop.accessScope),
    `${numberOf(shop.locationsMapped)} of ${numberOf(shop.locations)}`,
    numberOf(shop.itemsLinked),
    shop.catalogReadAt === null ? 'not read yet' : shop.health.state,
    shop.health.code ?? '',
  ])
  return tableOf(['Code', 'Name', 'Access', '>Locations mapped', '>Items linked', 'State', 'Why'], lines)
}

function words(scope: string): string {
  return scope.replaceAll('_', ' ')
}

function noToken(): TrueupError {
  return new TrueupError('CLI_TOKEN_MISSING', 'No access token was given.', {
    retry: 'never',
    hint: 'Set TRUEUP_SHOP_TOKEN, or send the token to standard input: `trueup shop add … < token.txt`.',
  })
}
