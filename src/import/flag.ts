/** Yes or no as senders write them; null for every other word. */
export function parseFlag(cell: string): boolean | null {
  const word = cell.trim().toLowerCase()
  if (['y', 'yes', 'true', 't', '1'].includes(word)) return true
  return ['n', 'no', 'false', 'f', '0'].includes(word) ? false : null
}
