import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { keepMonths } from '../src/inventory/month-step.ts'
import { monthsOf, stockAt } from '../src/inventory/month-store.ts'
import { startServerless } from './house.ts'

const FACILITIES = 50
const MONTHS = 12
const LOOKS = 300

/** What a movement weighs, with its indexes, and how long it takes to say what was where at an instant. */
export async function ledgerBench(words: readonly string[]): Promise<void> {
  const movements = Number(words[0] ?? 10_000_000)
  const products = Math.max(1, Math.round(movements / FACILITIES / MONTHS))
  const directory = await mkdtemp(path.join(tmpdir(), 'trueup-ledger-'))
  await chmod(directory, 0o711)
  const { house } = await startServerless(path.join(directory, 'data'))
  const { db } = house
  try {
    await db.query(
      `insert into catalog.facility (code, name, created_at) select 'F' || n, 'Facility ' || n, to_timestamp(0) from generate_series(1, ${FACILITIES}) n`,
    )
    await db.query(`insert into catalog.product (name, created_at) select 'P' || n, to_timestamp(0) from generate_series(1, ${products}) n`)
    await db.query(
      `insert into catalog.product_identifier (type, value, product_id) select 'SKU', 'P' || n, n from generate_series(1, ${products}) n`,
    )
    for (let month = 0; month < MONTHS; month++) {
      const at = Date.UTC(2026, month, 15)
      await keepMonths(db, at)
      await db.query(
        `insert into inventory.movement (seq, facility_id, product_id, on_hand_units, line, file_id, byte_offset, recorded_at, effective_at, reason)
         select nextval('inventory.movement_seq'), f, p, 1, p, $1, p * 30, $2, $2, 'VAR_EXT_RESET'
           from generate_series(1, ${FACILITIES}) f, generate_series(1, ${products}) p`,
        [month + 1, new Date(at)],
      )
    }
    await db.query(
      `insert into inventory.position (facility_id, product_id, on_hand_units, counted_at)
       select f, p, ${MONTHS}, $1 from generate_series(1, ${FACILITIES}) f, generate_series(1, ${products}) p`,
      [new Date(Date.UTC(2026, 11, 15))],
    )
    await db.query('vacuum analyze inventory.movement')
    await db.query('vacuum analyze inventory.position')
    const months = await monthsOf(db)
    const bytes = months.reduce((sum, month) => sum + month.bytes, 0)
    const rows = MONTHS * FACILITIES * products
    print(
      `${rows.toLocaleString('en')} movements in ${MONTHS} months: ${(bytes / rows).toFixed(0)} bytes each with indexes, ${(bytes / rows).toFixed(0)} MB per million`,
    )
    const took: number[] = []
    for (let look = 0; look < LOOKS; look++) {
      const sku = `P${1 + ((look * 7_919) % products)}`
      const startedAt = performance.now()
      const found = await stockAt(db, { sku, at: Date.UTC(2026, look % MONTHS, 20) })
      took.push(performance.now() - startedAt)
      if (found.length !== FACILITIES || found[0]?.onHandUnits !== (look % MONTHS) + 1) throw new Error('that is not what was there')
    }
    took.sort((a, b) => a - b)
    const at = (share: number) => (took[Math.floor(share * (took.length - 1))] ?? 0).toFixed(1)
    print(`what was where at an instant, ${FACILITIES} facilities of a SKU: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`)
  } finally {
    await house.close()
    await rm(directory, { recursive: true, force: true })
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)
