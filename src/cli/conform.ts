import type { Command } from 'commander'
import type { conformReport } from '../http/contract/conform.ts'
import type { Wire } from '../http/contract/instant.ts'
import { plain } from '../kernel/plain.ts'
import { openApi } from './api.ts'
import { type Answer, answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'

type Report = Wire<typeof conformReport>

/** Some of the calls wait for a bulk operation, or for the shop's points to come back. */
const ANSWER_MS_MAX = 15 * 60_000

/** `trueup conform --shop X`: some thirty calls to a development shop, and what differs from the simulated one. */
export function conformCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'the shop does what the simulated one does, and was left as it was', no: 'it does not, or was not' }
  return withDataDir(
    newCommand(
      'conform',
      'Compares a development shop with the simulated one, and puts its stock back.',
      exits,
      'trueup conform --shop dev',
    ),
  )
    .requiredOption('--shop <code>', 'the shop to ask, as `trueup shop list` names it')
    .option('--sure', 'also where the shop is no development shop')
    .action(async (options: CommonOptions & { shop: string; sure?: true }) =>
      ended(
        await answer(hands, options, async () => {
          const api = await openApi({ dataDirs: await hands.dataDirs(options), fetch: hands.fetch })
          const path = `/shops/${encodeURIComponent(options.shop)}/conform`
          const report = await api.post<Report>(path, { isSure: options.sure ?? false }, ANSWER_MS_MAX)
          return conformAnswer(report)
        }),
      ),
    )
}

export function conformAnswer(report: Report): Answer {
  const different = report.checks.filter(check => !check.agrees)
  const lines = report.checks.flatMap(check =>
    check.agrees
      ? [`same    ${plain(check.check)}: ${plain(check.observed)}`]
      : [
          `DIFFERS ${plain(check.check)}`,
          `        ${plain(report.shop)}: ${plain(check.observed)}`,
          `        simulated: ${check.simulated}${check.dial === null ? '' : ` (dial ${check.dial})`}`,
        ],
  )
  const sum = `${report.checks.length} checks in ${report.calls} calls to ${plain(report.shop)} (${report.apiVersion}): ${different.length} differ.`
  const left =
    report.leftBehind.length === 0
      ? ['Its stock was left as it was.']
      : ['These levels are not as they were; set them by hand:', ...report.leftBehind.map(each => `  ${plain(each)}`)]
  const broken = report.brokeOff === null ? [] : [`It broke off before its last check: ${plain(report.brokeOff)}`]
  const isWell = different.length === 0 && report.leftBehind.length === 0 && report.brokeOff === null
  return { status: isWell ? EXIT.yes : EXIT.no, json: report, text: [...lines, '', sum, ...broken, ...left].join('\n') }
}
