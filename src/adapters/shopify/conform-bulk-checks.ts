import type { Stage } from './conform.ts'
import type { Check } from './conform-checks.ts'
import { SET, setInput } from './conform-scene.ts'
import { CANCEL_BULK, LOOK_AT_BULK, RUN_BULK_MUTATION, RUN_BULK_QUERY, STAGE_UPLOAD } from './documents.ts'
import { linesOf } from './lines.ts'

const LOOK_MS = 500
const LOOKS_MAX = 240

type Target = { url: string; parameters: { name: string; value: string }[] }
type Ended = { id: string; status: string; url: string | null }

export const BULK_CHECKS: readonly Check[] = [
  {
    check: 'A bulk query of a list that hangs on one object: does its rows name a parent',
    simulated: 'COMPLETED; no parent',
    async look(stage) {
      const query = `{ location(id: "${stage.scene.location}") { inventoryLevels { edges { node { id isActive } } } } }`
      const ended = await queryToItsEnd(stage, query)
      const [first] = await linesAt(stage, ended.url)
      return `${ended.status}; ${first !== undefined && '__parentId' in first ? 'a parent' : 'no parent'}`
    },
  },
  {
    check: 'A bulk mutation: a good line, a stale line, and one that is no JSON',
    simulated: 'COMPLETED; 0: done, 1: CHANGE_FROM_QUANTITY_STALE, 2: INVALID_VARIABLE',
    async look(stage) {
      const { scene, key } = stage
      const before = scene.before[0]?.available ?? 0
      const row = (units: number, from: number | null) => ({
        input: setInput([{ item: scene.item, location: scene.location, units, from }]),
        key: key(),
      })
      const ended = await mutationToItsEnd(stage, `${JSON.stringify(row(before, null))}\n${JSON.stringify(row(1, -4_321))}\nno json\n`)
      const lines = await linesAt(stage, ended.url)
      const words = lines
        .toSorted((one, two) => one.__lineNumber - two.__lineNumber)
        .map(line => `${line.__lineNumber}: ${wordsOfLine(line)}`)
      return `${ended.status}; ${words.join(', ')}`
    },
  },
  {
    check: 'Cancelling a bulk operation that has ended, and one that never was',
    simulated: 'A bulk operation cannot be canceled when it is completed; Bulk operation does not exist',
    async look(stage) {
      const ended = await queryToItsEnd(stage, '{ locations { edges { node { id } } } }')
      const cancel = async (id: string) =>
        (await stage.ask(CANCEL_BULK, { id })).data?.bulkOperationCancel?.userErrors?.[0]?.message ?? 'no error'
      return `${await cancel(ended.id)}; ${await cancel('gid://shopify/BulkOperation/1')}`
    },
  },
  {
    check: 'A bulk mutation of a file that is not there',
    simulated: 'NO_SUCH_FILE',
    async look({ ask }) {
      const { data } = await ask(RUN_BULK_MUTATION, {
        mutation: SET,
        stagedUploadPath: 'tmp/1/bulk/none/none.jsonl',
        clientIdentifier: null,
      })
      return data?.bulkOperationRunMutation?.userErrors?.[0]?.code ?? 'no error'
    },
  },
]

async function queryToItsEnd(stage: Stage, query: string): Promise<Ended> {
  const { data } = await stage.ask(RUN_BULK_QUERY, { query })
  return toItsEnd(stage, data?.bulkOperationRunQuery?.bulkOperation?.id)
}

async function mutationToItsEnd(stage: Stage, text: string): Promise<Ended> {
  const staged = await stage.ask(STAGE_UPLOAD, { filename: 'conform.jsonl' })
  const target = staged.data?.stagedUploadsCreate?.stagedTargets?.[0] as Target | undefined
  if (target === undefined) return { id: '', status: 'no place for the file', url: null }
  const form = new FormData()
  for (const { name, value } of target.parameters) form.append(name, value)
  form.append('file', new Blob([text], { type: 'text/jsonl' }), 'conform.jsonl')
  await stage.client.upload(target.url, form)
  const key = target.parameters.find(each => each.name === 'key')?.value
  const { data } = await stage.ask(RUN_BULK_MUTATION, { mutation: SET, stagedUploadPath: key, clientIdentifier: 'trueup-conform' })
  return toItsEnd(stage, data?.bulkOperationRunMutation?.bulkOperation?.id)
}

async function toItsEnd(stage: Stage, id: string | undefined): Promise<Ended> {
  if (id === undefined) return { id: '', status: 'not started', url: null }
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    await stage.sleep(LOOK_MS)
    const operation = (await stage.ask(LOOK_AT_BULK, { id })).data?.bulkOperation
    if (operation && operation.status !== 'CREATED' && operation.status !== 'RUNNING')
      return { id, status: operation.status, url: operation.url }
  }
  return { id, status: 'still running', url: null }
}

type Line = {
  __lineNumber: number
  errors?: { extensions?: { code?: string } }[]
  data?: { inventorySetQuantities?: { userErrors: { code: string }[] } }
}

async function linesAt(stage: Stage, url: string | null): Promise<Line[]> {
  if (url === null) return []
  const response = await stage.client.download(url)
  const lines: Line[] = []
  if (response.body) for await (const line of linesOf(response.body)) lines.push(JSON.parse(line) as Line)
  return lines
}

function wordsOfLine(line: Line): string {
  return line.errors?.[0]?.extensions?.code ?? line.data?.inventorySetQuantities?.userErrors[0]?.code ?? 'done'
}
