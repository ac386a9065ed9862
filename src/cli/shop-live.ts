import { type Command, InvalidArgumentError } from 'commander'
import type { Wire } from '../http/contract/instant.ts'
import type { compareAsked, shadowPage, wentLive } from '../http/contract/shadow.ts'
import type { shopDetail } from '../http/contract/shop-care.ts'
import { TrueupError } from '../kernel/error.ts'
import { plain } from '../kernel/plain.ts'
import { type Api, openApi } from './api.ts'
import { type Answer, answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { shopArgument } from './shop-locations.ts'
import { numberOf, tableOf } from './table.ts'

type LiveOptions = CommonOptions & { yesAsSeen?: number; reason?: string }
type Page = Wire<typeof shadowPage>

const LOOK_MS = 1_000
const COMPARED_MS_MAX = 15 * 60_000
const SHOWN_MAX = 20

/** `trueup shop live CODE`: shows what going live would change there; with the number of that list it goes live. */
export function liveCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'it is live', no: 'this is what would change; nothing was written' }
  const example = 'trueup shop live corner\n  trueup shop live corner --yes-as-seen 12'
  const summary = 'Compares a shop and shows what going live would change there; goes live with the list that was seen.'
  return withDataDir(newCommand('live', summary, exits, example))
    .addArgument(shopArgument())
    .option('--yes-as-seen <list>', 'go live: the list of this number was seen', listNumber)
    .option('--reason <text>', 'why; kept in the audit log')
    .action(async (code: string, options: LiveOptions) => ended(await answer(hands, options, () => goLive(hands, code, options))))
}

async function goLive(hands: Hands, code: string, { yesAsSeen: runId, reason, ...options }: LiveOptions): Promise<Answer> {
  const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
  const at = `/shops/${encodeURIComponent(code)}`
  if (runId !== undefined) {
    const live = await api.post<Wire<typeof wentLive>>(`${at}/live`, { runId, ...(reason ? { reason } : {}) })
    const text = `${plain(code)} is live: ${numberOf(live.different)} of ${numberOf(live.levels)} levels are written, ${numberOf(live.units)} units apart.`
    return { status: EXIT.yes, json: live, text }
  }
  const shop = await api.get<Wire<typeof shopDetail>>(at)
  if (!shop.isShadow && shop.accessScope === 'read_and_write') {
    return { status: EXIT.yes, json: { shop: code, isLive: true }, text: `${plain(code)} is live.` }
  }
  if (!shop.isShadow) await api.put(`${at}/shadow`, { isShadow: true })
  const page = await compared(hands, api, at)
  return { status: EXIT.no, json: page, text: textOf(code, page) }
}

/** Waits for a list that was begun after it was asked for. */
async function compared(hands: Hands, api: Api, at: string): Promise<Page> {
  const { askedAt } = await api.post<Wire<typeof compareAsked>>(`${at}/shadow/compare`)
  const end = hands.now() + COMPARED_MS_MAX
  while (hands.now() < end) {
    const page = await api.get<Page>(`${at}/shadow?pageSize=${SHOWN_MAX}`)
    const [newest] = page.runs
    if (newest !== undefined && newest.finishedAt !== null && Date.parse(newest.startedAt) >= Date.parse(askedAt)) return page
    await hands.sleep(LOOK_MS)
  }
  throw new TrueupError('CLI_NOT_COMPARED', 'The shop was not compared in a quarter of an hour.', {
    retry: 'after-operator',
    hint: 'See whether a process with the role work runs, and whether the shop answers: `trueup shop list`.',
  })
}

function textOf(code: string, { runs, rows, total }: Page): string {
  const [run] = runs
  if (run === undefined) return `${plain(code)} was not compared.`
  const shown = rows.map(row => [
    plain(row.sku),
    plain(row.location),
    numberOf(row.theirUnits),
    numberOf(row.ourUnits),
    plain(row.sentence),
  ])
  return [
    `${numberOf(run.different)} of ${numberOf(run.levels)} levels of ${plain(code)} differ, by ${numberOf(run.units)} units in all.`,
    ...(shown.length > 0 ? [tableOf(['SKU', 'Location', '>Shows', '>Will show', 'Why'], shown)] : []),
    ...(total > shown.length ? [`The ${shown.length} largest are shown; all of them: the page of the shop, Shadow.`] : []),
    `Nothing was written. Go live with just this list: trueup shop live ${plain(code)} --yes-as-seen ${run.runId}`,
  ].join('\n')
}

function listNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text) || Number(text) === 0) throw new InvalidArgumentError('Give the number of the list that was shown.')
  return Number(text)
}
