import { grouped } from '../kernel/grouped.ts'
/**
 * Is this file believable beside the ones before it? A guard looks at one figure; outside its limit the file is held for a
 * person. All guards are off until somebody switches them on, best with what `proposeGuards` learnt from the last good files.
 */
export type GuardLimits = {
  /** By how many per cent the rows may differ from the usual number, either way. */
  rowsPercent?: number
  unitsPercent?: number
  /** How many per cent of the rows may say 0. */
  zeroPercent?: number
  /** How many of the facilities of the last good file may be absent. */
  facilitiesMissing?: number
  /** How many per cent of the known positions that the file speaks of it may change. */
  changedPercent?: number
  /** The most units by which one known position may change. */
  largestChangeUnits?: number
  /** How many per cent of the rows may be rejected. */
  rejectedPercent?: number
}

export type Guard = keyof GuardLimits

/** What is counted of one file, before anything of it is booked. */
export type Figures = {
  rowsRead: number
  /** Rows that were understood: those the other figures speak of. */
  rows: number
  units: number
  zeroes: number
  facilities: number[]
  rejected: number
  /** Rows whose position was counted before; a first count has nothing that it could change. */
  known: number
  changed: number
  largestChangeUnits: number
}

export type Breach = { guard: Guard; limit: number; found: number; sentence: string }

/** The guards in the order in which a person reads them. */
export const GUARDS: readonly Guard[] = [
  'rowsPercent',
  'unitsPercent',
  'zeroPercent',
  'facilitiesMissing',
  'changedPercent',
  'largestChangeUnits',
  'rejectedPercent',
]

/** How many of the last good files say what is usual. */
export const GOOD_FILES_MAX = 10

/**
 * Which guards a file runs against. `good` are the last files of the feed that were applied, newest first. Where there is
 * none, what only means something beside another file is not judged: a first file differs from nothing.
 */
export function judgeGuards(file: Figures, good: readonly Figures[], limits: GuardLimits): Breach[] {
  return GUARDS.flatMap(guard => {
    const limit = limits[guard]
    if (limit === undefined) return []
    const found = figureOf(guard, file, good)
    if (found === null || found.value <= limit) return []
    return [{ guard, limit, found: found.value, sentence: `${found.sentence} The feed allows ${grouped(limit)}${UNIT[guard]}.` }]
  })
}

const UNIT: Readonly<Record<Guard, string>> = {
  rowsPercent: ' %',
  unitsPercent: ' %',
  zeroPercent: ' %',
  facilitiesMissing: '',
  changedPercent: ' %',
  largestChangeUnits: ' units',
  rejectedPercent: ' %',
}

type Found = { value: number; sentence: string }

function figureOf(guard: Guard, file: Figures, good: readonly Figures[]): Found | null {
  switch (guard) {
    case 'rowsPercent':
      return beside(
        'rows',
        file.rows,
        good.map(one => one.rows),
      )
    case 'unitsPercent':
      return beside(
        'units',
        file.units,
        good.map(one => one.units),
      )
    case 'zeroPercent':
      return share(file.zeroes, file.rows, 'of the rows say 0')
    case 'facilitiesMissing': {
      const last = good[0]
      if (last === undefined) return null
      const there = new Set(file.facilities)
      const value = last.facilities.filter(facility => !there.has(facility)).length
      return {
        value,
        sentence: `${grouped(value)} of the ${grouped(last.facilities.length)} facilities of the last good file are not in this one.`,
      }
    }
    case 'changedPercent':
      return share(file.changed, file.known, 'of the positions that it counts would change')
    case 'largestChangeUnits':
      return { value: file.largestChangeUnits, sentence: `One position would change by ${whole(file.largestChangeUnits)} units.` }
    case 'rejectedPercent':
      return share(file.rejected, file.rowsRead, 'of the rows were rejected')
  }
}

function beside(what: string, found: number, good: readonly number[]): Found | null {
  const usual = median(good)
  if (usual === null) return null
  const value = usual === 0 ? (found === 0 ? 0 : 100) : rounded((Math.abs(found - usual) / Math.abs(usual)) * 100)
  const way = found < usual ? 'fewer' : 'more'
  return { value, sentence: `The file has ${whole(found)} ${what}, ${grouped(value)} % ${way} than the usual ${whole(usual)}.` }
}

function share(part: number, all: number, what: string): Found | null {
  if (all === 0) return null
  const value = rounded((part / all) * 100)
  return { value, sentence: `${grouped(value)} % ${what} (${whole(part)} of ${whole(all)}).` }
}

/** From how many good files on a proposal is worth making. */
export const GOOD_FILES_MIN = 3

/**
 * Limits that the last good files would all have passed, with as much room again. Null: there are too few of them to learn from.
 */
export function proposeGuards(good: readonly Figures[]): Required<GuardLimits> | null {
  if (good.length < GOOD_FILES_MIN) return null
  // Newest first: each file is looked at beside the ones before it, as it was when it came.
  const seen = (guard: Guard) => good.flatMap((file, index) => figureOf(guard, file, good.slice(index + 1))?.value ?? [])
  const most = (guard: Guard) => Math.max(0, ...seen(guard))
  const percent = (guard: Guard, least: number, top: number) => Math.min(top, Math.max(least, Math.ceil(most(guard) * 2)))
  return {
    rowsPercent: percent('rowsPercent', 10, 1_000),
    unitsPercent: percent('unitsPercent', 20, 1_000),
    zeroPercent: percent('zeroPercent', 10, 100),
    facilitiesMissing: most('facilitiesMissing'),
    changedPercent: percent('changedPercent', 20, 100),
    largestChangeUnits: Math.max(100, most('largestChangeUnits') * 2),
    rejectedPercent: percent('rejectedPercent', 2, 100),
  }
}

/** The middle one, so that one odd file does not say what is usual. */
function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((one, other) => one - other)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2
}

function rounded(percent: number): number {
  return Math.round(percent * 10) / 10
}

function whole(count: number): string {
  return grouped(Math.round(count))
}
