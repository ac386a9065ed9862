import { z } from 'zod'
import { instant } from './instant.ts'

export const STOCK_ROWS_MAX = 1_000
const WORD_CHARS_MAX = 200
const SKUS_ASKED_MAX = 200

const word = z.string().min(1).max(WORD_CHARS_MAX)
/** One SKU, or the parameter repeated for several. */
const skus = z.union([word, z.array(word).max(SKUS_ASKED_MAX)]).optional()
const limit = z.coerce.number().int().min(1).max(STOCK_ROWS_MAX).default(STOCK_ROWS_MAX)
const since = z.coerce.number().int().min(0)

export const positionsWanted = z.object({
  sku: skus,
  /** The code of a facility. */
  facility: word.optional(),
})

/** Where a list goes on: so many numbers. */
const key = (numbers: number) =>
  z.string().regex(new RegExp(`^\\d{1,15}(\\.\\d{1,15}){${numbers - 1}}$`), 'It is the `next` of the page before.')

/** `after`: the `next` of the page before. */
export const positionsQuery = positionsWanted.extend({ limit, after: key(2).optional() })
/** `since`: the `changes` of a list, or the one of the changes before. */
export const positionChangesQuery = positionsWanted.extend({ limit, since })

export const position = z
  .object({
    sku: z.string().nullable(),
    facility: z.string(),
    /** null: never counted, which is unknown and not zero. */
    onHandUnits: z.number().int().nullable(),
    reservedUnits: z.number().int(),
    /** On hand less reserved; below nothing when more was sold than there is. */
    freeUnits: z.number().int().nullable(),
    safetyStockUnits: z.number().int(),
    countedAt: instant.nullable(),
  })
  .meta({ id: 'Position' })

export const promisesWanted = z.object({
  sku: skus,
  /** The code of a facility that a location stands for by itself. */
  facility: word.optional(),
  /** The code of a channel group. */
  channel: word.optional(),
  shop: word.optional(),
})

export const promisesQuery = promisesWanted.extend({ limit, after: key(3).optional() })
export const promiseChangesQuery = promisesWanted.extend({ limit, since })

export const promise = z
  .object({
    sku: z.string().nullable(),
    shop: z.string(),
    location: z.string(),
    locationId: z.number().int(),
    /** Which of the two the location stands for. */
    facility: z.string().nullable(),
    channel: z.string().nullable(),
    /** What may be sold there. */
    sellableUnits: z.number().int(),
    /** How far the promise lies below nothing, because more was sold than there is. */
    deficitUnits: z.number().int(),
    changedAt: instant,
    /** Why the shop is not told; null: it is. */
    withdrawnCode: z.string().nullable(),
    /** The sums it was made of when it last changed: spare = free less safety stock, sellable = spare less queued and threshold. */
    terms: z
      .object({
        freeUnits: z.number().int(),
        spareUnits: z.number().int(),
        queuedUnits: z.number().int(),
        thresholdUnits: z.number().int(),
      })
      .nullable(),
    /** Whether the number is on its way to the shop. */
    state: z.enum(['pending', 'sending', 'confirmed', 'blocked']).nullable(),
    /** What the shop showed when it was last read; null: it was not yet. */
    shownUnits: z.number().int().nullable(),
    shownAt: instant.nullable(),
  })
  .meta({ id: 'Promise' })

/** A page in the order of its key. `next`: null on the last one. `changes`: from where to ask for what changes from now on. */
const listOf = <Row extends z.ZodType>(row: Row) => z.object({ rows: z.array(row), next: z.string().nullable(), changes: z.number().int() })
/** What changed, each as it is now. `isMore`: ask at once again. */
const changesOf = <Row extends z.ZodType>(row: Row) => z.object({ rows: z.array(row), changes: z.number().int(), isMore: z.boolean() })

export const positionList = listOf(position)
export const positionChanges = changesOf(position)
export const promiseList = listOf(promise)
export const promiseChanges = changesOf(promise)

/** Parameters that may be given once or several times. */
export function manyOf(given: string | string[] | undefined): string[] | null {
  return given === undefined ? null : [given].flat()
}

/** The numbers of where a list goes on; null: it begins. */
export function keyFrom(after: string | undefined): number[] | null {
  return after === undefined ? null : after.split('.').map(Number)
}

export const keyWord = (key: readonly number[]): string => key.join('.')
