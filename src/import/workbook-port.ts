/** Writes rows of text as a workbook, row by row: memory stays bounded however many there are. */
export type WorkbookWriter = (sheet: { name: string; rows: AsyncIterable<readonly (readonly string[])[]> }) => AsyncIterable<Uint8Array>
