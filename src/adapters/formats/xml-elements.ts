import { SaxesParser } from 'saxes'
import { Broken } from './broken.ts'
import { textOf } from './text.ts'

export type XmlEvent =
  | { kind: 'open'; name: string; attributes: Record<string, string>; bytesRead: number }
  | { kind: 'text'; text: string; bytesRead: number }
  | { kind: 'close'; name: string; bytesRead: number }

const SILENT_CHARS_MAX = 8 * 1024 * 1024

/** The parts of an XML document in their order, a piece of it at a time, names without their prefixes. A document that breaks throws Broken. */
export async function* elementsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly XmlEvent[]> {
  const parser = new SaxesParser()
  let events: XmlEvent[] = []
  let bytesRead = 0
  let silentChars = 0
  parser.on('error', error => {
    throw new Broken(`The XML inside breaks: ${error.message.replace(/\.$/, '')}.`)
  })
  parser.on('opentag', tag => {
    const attributes: Record<string, string> = {}
    for (const [name, value] of Object.entries(tag.attributes as Record<string, string>)) attributes[localName(name)] = value
    events.push({ kind: 'open', name: localName(tag.name), attributes, bytesRead })
  })
  parser.on('text', text => void events.push({ kind: 'text', text, bytesRead }))
  parser.on('cdata', text => void events.push({ kind: 'text', text, bytesRead }))
  parser.on('closetag', tag => void events.push({ kind: 'close', name: localName(tag.name), bytesRead }))
  for await (const piece of textOf(chunks, 'utf-8')) {
    bytesRead = piece.bytesRead
    parser.write(piece.text)
    silentChars = events.length > 0 ? 0 : silentChars + piece.text.length
    if (silentChars > SILENT_CHARS_MAX) throw new Broken('An element inside does not end.')
    yield events
    events = []
  }
  parser.close()
  yield events
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
