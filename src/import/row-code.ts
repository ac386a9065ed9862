/**
 * Every reason why one row of a file may be refused. Each has a page in docs/errors. What needs the catalogue or the other
 * rows of the file (unknown, duplicate) is decided in SQL, in sets; its code and sentence still live here.
 */
export type RowCode = keyof typeof ROW_REASON

/** The sentence for a person who sees the row for the first time; a finer one is put in its place where it is known. */
export const ROW_REASON = {
  ROW_COLUMN_COUNT: 'The row has another number of columns than the file announces.',
  ROW_FIELD_MISSING: 'A field that the layout needs is blank.',
  ROW_UNITS_NOT_WHOLE: 'The quantity is not a whole number.',
  ROW_UNITS_NEGATIVE: 'A counted quantity cannot be less than 0.',
  ROW_UNITS_OUT_OF_RANGE: 'The quantity is larger than any stock: it does not fit between -2147483648 and 2147483647.',
  ROW_RESET_BY_UNKNOWN: 'The row does not say clearly whether it resets by on hand or by available to promise.',
  ROW_ID_TYPE_UNKNOWN: 'No product in the catalogue has an identifier of this type.',
  ROW_PRODUCT_UNKNOWN: 'No product in the catalogue has this identifier.',
  ROW_FACILITY_UNKNOWN: 'No facility in the catalogue has this identifier.',
  ROW_FACILITY_TYPE_UNKNOWN: 'The type of the facility is none that there is.',
  ROW_IDENTIFIER_TAKEN: 'Something else in the catalogue has this identifier.',
  ROW_DUPLICATE_KEY: 'Another row of this file speaks of the same product in the same facility.',
  ROW_AS_OF_UNREADABLE: 'The moment of which the row speaks cannot be read.',
  ROW_KEY_MISSING: 'The row has no number of its sender, by which the feed tells whether it was applied before.',
  ROW_REF_UNKNOWN: 'The row does not say which rejected row it mends, or that one is not of this feed.',
  ROW_RESULT_NEGATIVE: 'The variance would bring the stock on hand below 0.',
  ROW_STATUS_UNKNOWN: 'The row does not say whether the line was ordered, cancelled, shipped, returned, rejected or booked.',
  ROW_INSTANT_UNREADABLE: 'The instant is none that can be read: write 2026-11-24T09:30:00Z.',
  ROW_ORDER_NOWHERE: 'The line names no facility that holds it and no channel that sold it, so it would count against nothing.',
  ROW_CHANNEL_UNKNOWN: 'No group of facilities has this code.',
  ROW_ENCODING: 'The row contains bytes that are no text in the encoding of the file.',
  ROW_NUL_BYTE: 'The row contains a NUL byte, which no text may hold.',
  ROW_TOO_LONG: 'The row is longer than a row may be.',
  ROW_COLUMN_PLACE: 'Text stands between two columns, so that it cannot be known to which of them it belongs.',
  ROW_COLUMN_UNKNOWN: 'The record has a value that no column was made for.',
  ROW_COLUMN_TWICE: 'The record has two values of one name.',
  ROW_NOT_JSON: 'The line is no JSON.',
  ROW_NOT_A_RECORD: 'What stands here is no record of named values.',
  ROW_CODE_UNKNOWN: 'The table of the mapping does not have this code.',
  ROW_TOTAL: 'The row looks like a total below the table.',
  ROW_ID_SCIENTIFIC: 'A spreadsheet made scientific notation of the identifier; the digits that it hides are lost.',
  ROW_ID_DATE: 'A spreadsheet made a date of the identifier.',
  ROW_ID_ZEROES_LOST: 'The identifier has lost its leading zeroes.',
  ROW_FLAG_UNKNOWN: 'A cell is neither yes nor no.',
  ROW_SHOP_UNKNOWN: 'There is no shop of this name.',
  ROW_MAPPING_STANDS: 'The location stands for something else already.',
  ROW_FACILITY_CLOSED: 'The facility is closed.',
  ROW_LOCATION_UNKNOWN: 'No shop has told of a location with this id.',
  ROW_QUOTE_UNCLOSED: 'A quote is opened in this row and never closed.',
  ROW_QUOTE_MISPLACED: 'A quoted cell goes on after its closing quote.',
} as const

/** A row that could not be taken, with everything that is needed to find and mend it. `raw` never holds a NUL. */
export type RowRejected = {
  kind: 'rejected'
  line: number
  byteOffset: number
  code: RowCode
  reason: string
  raw: string
  /** Its cells, where it has some. */
  cells?: readonly string[]
  /** The name under which it calls something that nobody knows. */
  unknown?: { type: string; value: string }
}
