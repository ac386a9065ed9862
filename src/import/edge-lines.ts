/** How much of either end of a file is looked at for a line that stands above or below its table. */
const EDGE_CHARS_MAX = 8_192
const HEAD_LINES_MAX = 20

/** Collects the two ends of a text that goes by in pieces. */
export function edgeCollector() {
  let head = ''
  let tail = ''
  return {
    add(piece: string) {
      if (head.length < EDGE_CHARS_MAX) head = (head + piece).slice(0, EDGE_CHARS_MAX)
      tail = (tail + piece).slice(-EDGE_CHARS_MAX)
    },
    /** The first lines, and the last one that says anything; null where there is none. */
    lines(): { headerLines: string[]; trailerLine: string | null } {
      const headerLines = linesOf(head).slice(0, HEAD_LINES_MAX)
      return { headerLines, trailerLine: linesOf(tail).findLast(line => line.trim() !== '') ?? null }
    },
  }
}

function linesOf(text: string): string[] {
  return text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
}
