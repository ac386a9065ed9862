import { access, constants, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Command } from 'commander'
import type { healthPage } from '../http/contract/finding.ts'
import type { Wire } from '../http/contract/instant.ts'
import type { street } from '../http/contract/street.ts'
import { messageOf, TrueupError } from '../kernel/error.ts'
import { plain } from '../kernel/plain.ts'
import { type Api, openApi, SERVER_FILE } from './api.ts'
import { type Answer, answer, type CommonOptions, EXIT, newCommand, withDataDir } from './command.ts'
import type { Hands } from './hands.ts'
import { numberOf } from './table.ts'

/** `unknown`: it could not be looked at, which is not the same as well. `note`: to know, and nothing is wrong. */
export type Check = { name: string; result: 'ok' | 'bad' | 'note' | 'unknown'; finding: string; cure: string | null }

/** `trueup doctor`: looks at everything that has to be right, and says what to do about what is not. */
export function doctorCommand(hands: Hands, ended: (status: number) => void): Command {
  const exits = { yes: 'everything that was looked at is well', no: 'something is not, or could not be looked at' }
  return withDataDir(newCommand('doctor', 'Checks the installation and says what to do.', exits, 'trueup doctor')).action(
    async (options: CommonOptions) =>
      ended(
        await answer(hands, options, async () => {
          const dataDirs = await hands.dataDirs(options)
          return answerOf([...(await checksOfDisk(await dataDirOf(dataDirs))), ...(await checksOfServer(hands, dataDirs))])
        }),
      ),
  )
}

export function answerOf(checks: readonly Check[]): Answer {
  const marks = { ok: 'ok ', bad: 'BAD', note: ' · ', unknown: ' ? ' }
  const lines = checks.flatMap(check => [
    `${marks[check.result]}  ${plain(check.name)}: ${plain(check.finding)}`,
    ...(check.cure === null ? [] : [`     ${plain(check.cure)}`]),
  ])
  return {
    status: checks.every(check => check.result === 'ok' || check.result === 'note') ? EXIT.yes : EXIT.no,
    json: { checks },
    text: lines.join('\n'),
  }
}

/** Where the program that runs keeps its things; where none runs, the first place at which one would. */
async function dataDirOf(dataDirs: readonly string[]): Promise<string> {
  for (const dataDir of dataDirs) {
    const isHere = await access(path.join(dataDir, SERVER_FILE)).then(
      () => true,
      () => false,
    )
    if (isHere) return dataDir
  }
  return dataDirs[0] ?? '.'
}

async function checksOfDisk(dataDir: string): Promise<Check[]> {
  try {
    await access(dataDir, constants.W_OK)
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const finding = isMissing ? `${dataDir} does not exist` : `${dataDir} cannot be written`
    const cure = isMissing ? 'Start Trueup once, or name the right one with --data-dir.' : 'Run this as the user who runs Trueup.'
    return [{ name: 'data directory', result: 'bad', finding, cure }]
  }
  return [{ name: 'data directory', result: 'ok', finding: dataDir, cure: null }, await checkOfEmbedded(dataDir)]
}

async function checkOfEmbedded(dataDir: string): Promise<Check> {
  try {
    const version = await readFile(path.join(dataDir, 'postgres', 'cluster', 'PG_VERSION'), 'utf8')
    return { name: 'database', result: 'ok', finding: `embedded PostgreSQL ${version.trim()}`, cure: null }
  } catch (error) {
    // The server's own files belong to the user it runs as: not being let in there is no finding.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      return { name: 'database', result: 'ok', finding: 'embedded PostgreSQL', cure: null }
    return { name: 'database', result: 'ok', finding: 'not embedded here; the server in DATABASE_URL, if it is set', cure: null }
  }
}

async function checksOfServer(hands: Hands, dataDirs: readonly string[]): Promise<Check[]> {
  try {
    const api = await openApi({ dataDirs, fetch: hands.fetch })
    await api.get('/health/ready')
    const server: Check = {
      name: 'program',
      result: 'ok',
      finding: `answers at ${api.url} (process ${api.pid}); its database answers it`,
      cure: null,
    }
    const rest = await Promise.all([checksOfRooms(api), checksOfFindings(api)].map((look, at) => orUnknown(look, at)))
    return [server, ...rest.flat()]
  } catch (error) {
    return [failed('program', error)]
  }
}

const LOOKED_AT = ['rooms', 'health']

async function orUnknown(look: Promise<Check[]>, at: number): Promise<Check[]> {
  try {
    return await look
  } catch (error) {
    return [{ ...failed(LOOKED_AT[at] ?? 'the rest', error), result: 'unknown' }]
  }
}

async function checksOfRooms(api: Api): Promise<Check[]> {
  const seen = await api.get<Wire<typeof street>>('/street')
  const rooms = seen.rooms.map((room): Check => {
    const isWell = room.state === 'ok' || room.state === 'working'
    const finding = `${room.word}${isWell ? '' : `: ${room.reason}`}`
    const code = room.lastStep?.code ?? null
    return {
      name: room.room,
      result: isWell ? 'ok' : room.state === 'unknown' ? 'unknown' : 'bad',
      finding,
      cure: code && `See docs/errors/${code}.md.`,
    }
  })
  const isSynced = seen.sync.state === 'in_sync'
  return [
    ...rooms,
    { name: 'sync', result: isSynced ? 'ok' : seen.sync.state === 'unknown' ? 'unknown' : 'bad', finding: seen.sync.sentence, cure: null },
  ]
}

/** What the Health page shows, in its words: both come from one diagnosis. */
async function checksOfFindings(api: Api): Promise<Check[]> {
  const { rows, lookedAt } = await api.get<Wire<typeof healthPage>>('/health/findings?pageSize=200')
  if (lookedAt === null)
    return [{ name: 'health', result: 'unknown', finding: 'nothing was looked at yet', cure: 'Ask again in a few seconds.' }]
  if (rows.length === 0) return [{ name: 'health', result: 'ok', finding: 'nothing is wrong', cure: null }]
  return rows.map(({ code, subject, severity, evidence, unitsAtRisk, action }): Check => {
    const units = unitsAtRisk === null || unitsAtRisk === 0 ? '' : ` ${numberOf(unitsAtRisk)} units at risk.`
    return {
      name: `${code} ${subject}`,
      result: severity === 'note' ? 'note' : 'bad',
      finding: `${evidence}${units}`,
      cure: `${action.label}: ${api.url}${action.to}; docs/errors/${code}.md says more.`,
    }
  })
}

function failed(name: string, error: unknown): Check {
  const cure = error instanceof TrueupError ? error.hint : null
  return { name, result: 'bad', finding: messageOf(error), cure }
}
