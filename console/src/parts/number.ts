const WHOLE = new Intl.NumberFormat('en-GB')
const SHORT = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 })

/** 412,310. Unknown is not zero: it is a dash. */
export const whole = (value: number | null): string => (value === null ? '–' : WHOLE.format(value))

/** +12, −4, ±0: a change, with the sign that typographers use. */
export function signed(value: number): string {
  if (value === 0) return '±0'
  return value > 0 ? `+${WHOLE.format(value)}` : `−${WHOLE.format(-value)}`
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB']

export function bytes(count: number): string {
  let value = count
  let unit = 0
  while (value >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_000
    unit += 1
  }
  return `${SHORT.format(value)} ${UNITS[unit]}`
}

/** "1 row", "1,069 rows". */
export const many = (count: number, one: string, more: string): string => `${WHOLE.format(count)} ${count === 1 ? one : more}`
