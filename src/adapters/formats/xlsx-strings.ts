import type { Entry } from 'yauzl'
import type { Archive } from './archive.ts'
import { Broken } from './broken.ts'
import { elementsOf } from './xml-elements.ts'

/** All texts of a workbook are held while its rows are read, so they have a limit. */
const STRINGS_CHARS_MAX = 200 * 1024 * 1024
const STRINGS_MAX = 5_000_000

export async function readSharedStrings(archive: Archive, entry: Entry | undefined): Promise<string[]> {
  const strings: string[] = []
  if (entry === undefined) return strings
  let text = ''
  let isText = false
  let phonetic = 0
  let characters = 0
  for await (const events of elementsOf(archive.read(entry)))
    for (const event of events) {
      if (event.kind === 'text') {
        if (!isText || phonetic > 0) continue
        text += event.text
        characters += event.text.length
        if (characters > STRINGS_CHARS_MAX) throw new Broken('The workbook holds more text than is read of one. Send it as CSV.')
      } else if (event.name === 't') isText = event.kind === 'open'
      // How a text is spoken stands beside it, and is no part of it.
      else if (event.name === 'rPh') phonetic += event.kind === 'open' ? 1 : -1
      else if (event.name === 'si' && event.kind === 'close') {
        strings.push(text)
        text = ''
        if (strings.length > STRINGS_MAX) throw new Broken('The workbook holds more texts than are read of one. Send it as CSV.')
      }
    }
  return strings
}
