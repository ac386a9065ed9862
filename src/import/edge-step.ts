import { type AsOf, type AsOfSettings, asOfFile } from '../feed/as-of.ts'
import type { FileRoom } from '../feed/port.ts'
import * as feed from '../feed/store.ts'
import { numberIn, type TrailerSettings } from './control-total.ts'
import { edgeCollector } from './edge-lines.ts'
import type { FileToJudge } from './verdict-step.ts'

/** What the last line of a file says, where its feed declares that it says something. */
export async function totalOf(files: FileRoom, file: feed.ToImport): Promise<(FileToJudge['total'] & { isThere: boolean }) | null> {
  const settings = file.settings.trailer as TrailerSettings | undefined
  if (settings === undefined) return null
  const lastLine = (await edgesOf(files, file)).trailerLine
  return { settings, lastLine, isThere: lastLine !== null && numberIn(lastLine, settings.pattern) !== null }
}

/** What stands above and below the table of a file; it is gone through for it once more. */
async function edgesOf(files: FileRoom, file: feed.ToImport): Promise<{ headerLines: string[]; trailerLine: string | null }> {
  const edges = edgeCollector()
  const decoder = new TextDecoder()
  for await (const chunk of files.readSpool(file.spoolName)) edges.add(decoder.decode(chunk, { stream: true }))
  return edges.lines()
}

/** The moment of which the counts of a file speak, from what of it the feed declares. */
export async function momentOf(files: FileRoom, file: feed.ToImport, settings: AsOfSettings): Promise<AsOf> {
  const isAtEdge = settings.from === 'header' || settings.from === 'trailer'
  return asOfFile(settings, {
    ...(isAtEdge ? await edgesOf(files, file) : edgeCollector().lines()),
    name: feed.originalNameOf(file.name),
    receivedAt: file.receivedAt,
    modifiedAt: file.modifiedAt,
  })
}
