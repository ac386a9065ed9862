// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const MOVES_OR_TURNS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
const BEYOND_ASCII = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/**
 * Names are data: what would move a cursor, colour a terminal, begin a line or a header, or turn the text about is shown as a question
 * mark, and a tab, of which rows are full, as a space.
 */
export function plain(text: string): string {
  return text.replaceAll('\t', ' ').replace(MOVES_OR_TURNS, '?')
}

/** The same for a text of several lines. */
export function plainLines(text: string): string {
  return text.split('\n').map(plain).join('\n')
}

/** JSON that may be looked at in a terminal: what JSON itself leaves as it is of the above is written as its escape, and means the same. */
export function escapedJson(json: string): string {
  return json.replace(BEYOND_ASCII, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
