import type { Entry } from 'yauzl'
import type { Archive } from './archive.ts'
import { elementsOf } from './xml-elements.ts'

export type SheetPlace = { name: string; path: string; isHidden: boolean }

/** The sheets of a workbook in their order, and whether its dates are counted from 1904. */
export async function readWorkbook(archive: Archive, workbook: Entry): Promise<{ sheets: SheetPlace[]; is1904: boolean }> {
  const targets = await readTargets(archive)
  const sheets: SheetPlace[] = []
  let is1904 = false
  for await (const events of elementsOf(archive.read(workbook)))
    for (const event of events) {
      if (event.kind !== 'open') continue
      const { attributes } = event
      if (event.name === 'workbookPr') is1904 = attributes.date1904 === '1' || attributes.date1904 === 'true'
      if (event.name !== 'sheet') continue
      // `r:id` and a plain `id` are one here, since prefixes are taken off.
      const path = targets.get(attributes.id ?? '') ?? `xl/worksheets/sheet${sheets.length + 1}.xml`
      sheets.push({ name: attributes.name ?? '', path, isHidden: attributes.state !== undefined && attributes.state !== 'visible' })
    }
  return { sheets, is1904 }
}

async function readTargets(archive: Archive): Promise<Map<string, string>> {
  const targets = new Map<string, string>()
  const entry = archive.entries.find(one => pathIn(one.fileName) === 'xl/_rels/workbook.xml.rels')
  if (entry === undefined) return targets
  for await (const events of elementsOf(archive.read(entry)))
    for (const event of events) {
      if (event.kind !== 'open' || event.name !== 'Relationship') continue
      const { Id = '', Target = '' } = event.attributes
      targets.set(Id, Target.startsWith('/') ? Target.slice(1) : `xl/${Target}`)
    }
  return targets
}

/** A path in an archive as it is compared: some programs write backslashes. */
export function pathIn(fileName: string): string {
  return fileName.replaceAll('\\', '/')
}
