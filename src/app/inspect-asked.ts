import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { InspectAsked } from '../import/inspect.ts'
import { intakeSettings } from '../import/intake-settings.ts'
import { layoutByName } from '../import/layouts.ts'
import { messageOf, TrueupError } from '../kernel/error.ts'

/** How a file is to be looked at, as the command line says it. What a feed would declare is validated as it is there. */
export async function inspectAsked(said: {
  file: string
  layout: string | undefined
  settings: string | undefined
  folder: string
}): Promise<InspectAsked> {
  const { layout } = said
  if (layout !== undefined && layoutByName(layout) === null)
    throw new TrueupError('FEED_LAYOUT_UNKNOWN', `There is no layout ${layout}.`, {
      retry: 'never',
      hint: 'Leave it out: the columns may show it.',
    })
  const settings = intakeSettings(said.settings === undefined ? {} : await declared(said.settings))
  return { settings, name: path.basename(said.file), folder: said.folder, ...(layout === undefined ? {} : { layout }) }
}

async function declared(file: string): Promise<Readonly<Record<string, unknown>>> {
  const { feedSettings } = await import('../http/contract/feed-settings.ts')
  try {
    return feedSettings.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    throw new TrueupError('CLI_USAGE', `${file} does not say what a feed may declare: ${messageOf(error)}`, {
      retry: 'never',
      hint: 'Take it from GET /api/v1/feeds/NAME/settings: an object with reading, rows and mapping.',
      detail: { file },
      cause: error,
    })
  }
}
