import { recordAudit } from '../../db/audit.ts'
import { configurationAnswer, configurationAsked } from '../../http/contract/configuration.ts'
import { downloadRoute, jsonRoute, type Route } from '../../http/contract/route.ts'
import { type ApplyDeps, applyConfiguration } from './apply.ts'
import { writeConfigurationFile } from './document.ts'
import { presentConfiguration } from './present.ts'

/** The configuration of the house as one file: out, and in. */
export function configurationRoutes(deps: ApplyDeps): Route[] {
  const { db, clock } = deps
  return [
    downloadRoute({
      path: '/configuration',
      summary: 'Sources, feeds, facilities, shops with their mappings, rules, schedules and alerts as one file; secrets as references',
      tag: 'configuration',
      role: 'admin',
      async handle({ who }) {
        const text = await db.transaction(async tx => {
          await tx.query('set transaction isolation level repeatable read')
          const { now, kept } = await presentConfiguration(tx)
          const deed = { action: 'configuration.export', subject: 'house', name: 'configuration', before: null, after: null }
          await recordAudit(tx, { at: clock.now(), who: who.name, ...deed })
          return writeConfigurationFile(now, kept)
        })
        return { fileName: 'trueup.yaml', mediaType: 'application/yaml; charset=utf-8', chunks: chunksOf(text) }
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/configuration',
      summary: 'Makes the house what a file says, all of it or nothing, or says what that would change',
      tag: 'configuration',
      role: 'admin',
      body: configurationAsked,
      answer: configurationAnswer,
      handle: ({ body, who }) => applyConfiguration(deps, body, who),
    }),
  ]
}

async function* chunksOf(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text)
}
