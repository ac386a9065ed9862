import { Broken } from './broken.ts'
import { type NamedRecord, RecordMaker } from './record-reading.ts'

/** The kinds of identifier in a LIN segment that the catalogue knows by another name; the first that is there names the product. */
const ID_TYPES: readonly (readonly [qualifier: string, type: string])[] = [
  ['SK', 'SKU'],
  ['UP', 'UPCA'],
  ['EN', 'EAN'],
  ['UK', 'GTIN'],
  ['VN', 'VENDOR_PRODUCT_ID'],
  ['VP', 'VENDOR_PRODUCT_ID'],
  ['BP', 'BUYER_PRODUCT_ID'],
  ['IN', 'BUYER_PRODUCT_ID'],
  ['PN', 'PART_NUMBER'],
]

/** What a QTY segment counts: on hand, or available for sale. Others (on order, in transit, committed) are no stock. */
const ON_HAND = '17'
const AVAILABLE = '33'

type Quantity = { qualifier: string; units: string; unit: string; destinations: { facility: string; units: string }[] }

type Line = { segment: number; facility: string; identifiers: Map<string, string>; quantities: Quantity[]; text: string[] }

/**
 * Turns the segments of an 846 into records, one for each product, place and kind of quantity. Of a product with several
 * kinds one counts: what is on hand, else what is available; `counts` says so of each.
 */
export class InventoryAdvice {
  segments = 0
  #records: NamedRecord[] = []
  #facility = ''
  #date = ''
  #line: Line | null = null
  #setStart = 0
  #isEnded = false

  drain(): NamedRecord[] {
    const records = this.#records
    this.#records = []
    return records
  }

  finish(): void {
    if (!this.#isEnded) throw new Broken('The interchange has no IEA segment at its end: the file was cut.')
  }

  take(elements: readonly string[]): void {
    this.segments += 1
    const [tag, one = '', two = '', three = '', four = ''] = elements
    this.#line?.text.push(elements.join('*'))
    switch (tag) {
      case 'ISA':
        this.#isEnded = false
        return
      case 'ST':
        if (one !== '846') throw new Broken(`Segment ${this.segments} begins a document ${one}; only 846, inventory advice, is read.`)
        this.#setStart = this.segments
        this.#facility = ''
        this.#date = ''
        return
      case 'BIA':
        this.#date = four
        return
      case 'N1':
        this.#place(one, four === '' ? two : four)
        return
      case 'LIN':
        this.#flush()
        this.#line = {
          segment: this.segments,
          facility: this.#facility,
          identifiers: pairs(elements),
          quantities: [],
          text: [elements.join('*')],
        }
        return
      case 'QTY':
        this.#line?.quantities.push({ qualifier: one, units: two, unit: three.split(':')[0] ?? '', destinations: [] })
        return
      case 'SDQ':
        this.#line?.quantities.at(-1)?.destinations.push(...destinations(elements))
        return
      case 'SE':
        this.#flush()
        if (Number(one) !== this.segments - this.#setStart + 1)
          throw new Broken(`SE announces ${one} segments, and ${this.segments - this.#setStart + 1} are there.`)
        return
      case 'IEA':
        this.#flush()
        this.#isEnded = true
    }
  }

  /** Warehouse, store, ship from, location: the ones that hold stock. */
  #place(qualifier: string, facility: string): void {
    if (!['WH', 'SF', 'ST', 'SN', 'LC', 'RL', 'MA'].includes(qualifier)) return
    if (this.#line === null) this.#facility = facility
    else this.#line.facility = facility
  }

  #flush(): void {
    const line = this.#line
    this.#line = null
    if (line === null) return
    const counting = [ON_HAND, AVAILABLE].find(kind => line.quantities.some(quantity => quantity.qualifier === kind)) ?? ''
    const identifier = ID_TYPES.find(([qualifier]) => line.identifiers.has(qualifier))
    let at = 0
    for (const quantity of line.quantities) {
      const places = quantity.destinations.length > 0 ? quantity.destinations : [{ facility: line.facility, units: quantity.units }]
      for (const place of places) {
        // Several records of one product: each has a number of its own, between its LIN segment and the next.
        const record = new RecordMaker(line.segment * RECORDS_PER_LINE + at, 0)
        at += 1
        const counts = quantity.qualifier === counting ? 'Y' : 'N'
        const values = [place.facility, identifier?.[1] ?? '', line.identifiers.get(identifier?.[0] ?? '') ?? '']
        for (const [i, name] of X12_COLUMNS.entries())
          record.add(
            name,
            [...values, place.units, quantity.unit, quantity.qualifier, String(quantity.qualifier === AVAILABLE), counts, this.#date][i] ??
              '',
          )
        if (at >= RECORDS_PER_LINE) record.fail({ code: 'ROW_TOO_LONG' })
        this.#records.push(record.made(line.text.join('~')))
      }
    }
  }
}

/** The columns as which an 846 is read. */
export const X12_COLUMNS = ['warehouse', 'idType', 'idValue', 'quantity', 'unit', 'qualifier', 'resetByAtp', 'counts', 'date'] as const

const RECORDS_PER_LINE = 10_000

/** LIN: a number, then kinds of identifier and identifiers, in turn. */
function pairs(elements: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  for (let i = 2; i + 1 < elements.length; i += 2) {
    const [kind = '', value = ''] = [elements[i], elements[i + 1]]
    if (kind !== '' && !found.has(kind)) found.set(kind, value)
  }
  return found
}

/** SDQ: a unit, a kind of code, then places and quantities, in turn. */
function destinations(elements: readonly string[]): { facility: string; units: string }[] {
  const found: { facility: string; units: string }[] = []
  for (let i = 3; i + 1 < elements.length; i += 2) {
    const [facility = '', units = ''] = [elements[i], elements[i + 1]]
    if (facility !== '') found.push({ facility, units })
  }
  return found
}
