export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'
export type Delimiter = ',' | '\t' | ';' | '|'
export type LineEnd = '\n' | '\r\n' | '\r'

/** How the text of a file is written down. */
export type Dialect = {
  encoding: Encoding
  /** False while every byte seen was plain ASCII, so that UTF-8 and Windows-1252 look the same. */
  encodingIsCertain: boolean
  /** Bytes of the byte order mark at the start: 0, 2 or 3. */
  bomBytes: number
  delimiter: Delimiter
  quote: '"' | null
  lineEnd: LineEnd
  /** Physical lines before the header, or before the first row where there is no header. */
  preambleLines: number
  hasHeader: boolean
}

/** What a feed declares instead of leaving it to be detected. */
export type DialectOverrides = Partial<Omit<Dialect, 'encodingIsCertain' | 'bomBytes'>>
