import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { assert } from '../kernel/assert.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Db, Tx } from './connection.ts'

/*
 * A backup without pg_dump, which the embedded PostgreSQL does not bring: a line that says of what, then each table as
 * PostgreSQL's own COPY text, ended by `\.`, then the sequences. The schema is not in it: it is what the migrations make, so a
 * backup is loaded into a database that the same migrations made.
 */

const FORMAT = 'trueup-backup-1'
const END = '\\.'

/** The job library makes its tables and their contents anew; what applied is the migrations' own affair. */
const LEFT_OUT = ['pgboss', 'migration', 'information_schema', 'pg_catalog', 'pg_toast']

type TableHead = { table: string; columns: string[]; partitions: { name: string; bound: string }[] }

/** Everything in the database at one moment, as text, in constant memory. Breaks off with the reader. */
export async function* dump(db: Db): AsyncGenerator<Buffer> {
  const pipe = new PassThrough()
  const writing = db
    .transaction(tx => dumpInto(tx, pipe))
    .then(
      () => pipe.end(),
      (error: Error) => void pipe.destroy(error),
    )
  try {
    for await (const chunk of pipe) yield chunk as Buffer
  } finally {
    pipe.destroy()
    await writing
  }
}

async function dumpInto(tx: Tx, pipe: PassThrough): Promise<void> {
  await tx.query('set transaction isolation level repeatable read, read only')
  const migrations = await migrationsOf(tx)
  await say(pipe, `${JSON.stringify({ format: FORMAT, migrations })}\n`)
  for (const head of await tablesOf(tx)) {
    await say(pipe, `${JSON.stringify(head)}\n`)
    for await (const chunk of tx.copyOut(`copy (select ${head.columns.join(', ')} from ${head.table}) to stdout`)) await say(pipe, chunk)
    await say(pipe, `${END}\n`)
  }
  const sequences = await tx.query<{ name: string; last: number }>(
    `select format('%I.%I', schemaname, sequencename) as name, last_value as last from pg_sequences
      where schemaname <> all($1) and last_value is not null`,
    [LEFT_OUT],
  )
  await say(pipe, `${JSON.stringify({ sequences })}\n`)
}

async function say(pipe: PassThrough, chunk: string | Buffer): Promise<void> {
  if (pipe.destroyed) throw new Error('the reader of the backup went away')
  if (!pipe.write(chunk)) await Promise.race([once(pipe, 'drain'), once(pipe, 'close')])
}

async function migrationsOf(tx: Tx): Promise<string[]> {
  return (await tx.query<{ sha256: string }>('select sha256 from migration.applied order by number')).map(row => row.sha256)
}

/** Every table that is kept, those that others point to first. What waits between two steps is made anew from the kept files. */
async function tablesOf(tx: Tx): Promise<TableHead[]> {
  const tables = await tx.query<TableHead & { needs: string[] }>(
    `select format('%I.%I', n.nspname, c.relname) as table,
            array(select quote_ident(attname) from pg_attribute a
                   where a.attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum) as columns,
            array(select distinct k.confrelid::regclass::text from pg_constraint k
                   where k.contype = 'f' and k.conrelid = c.oid and k.confrelid <> c.oid) as needs,
            coalesce((select json_agg(json_build_object('name', format('%I.%I', pn.nspname, p.relname), 'bound', pg_get_expr(p.relpartbound, p.oid)))
                        from pg_inherits i join pg_class p on p.oid = i.inhrelid join pg_namespace pn on pn.oid = p.relnamespace
                       where i.inhparent = c.oid), '[]'::json) as partitions
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence = 'p'
        and n.nspname <> all($1) and n.nspname not like 'pg\\_%'
      order by 1`,
    [LEFT_OUT],
  )
  const placed = new Set<string>()
  const sorted: TableHead[] = []
  let waiting = tables
  while (waiting.length > 0) {
    const free = waiting.filter(one => one.needs.every(need => placed.has(need) || !tables.some(table => table.table === need)))
    assert(free.length > 0, 'tables that point to each other in a circle cannot be loaded one after the other')
    for (const { table, columns, partitions } of free) {
      placed.add(table)
      sorted.push({ table, columns, partitions })
    }
    waiting = waiting.filter(one => !placed.has(one.table))
  }
  return sorted
}

/** Loads a backup into a database that the same migrations made and nobody has used. All of it, or nothing. Gives the tables. */
export async function load(db: Db, chunks: AsyncIterable<Buffer | string>): Promise<number> {
  const lines = linesOf(chunks)
  return db.transaction(async tx => {
    await checkHead(tx, await lines.next())
    let tables = 0
    for (;;) {
      const head = JSON.parse((await lines.next()).toString()) as TableHead | { sequences: { name: string; last: number }[] }
      if ('sequences' in head) {
        for (const { name, last } of head.sequences) await tx.query('select setval($1::regclass, $2)', [name, last])
        return tables
      }
      await loadTable(tx, head, lines)
      tables++
    }
  })
}

async function checkHead(tx: Tx, line: Buffer): Promise<void> {
  const head = parsed(line)
  if (head?.format !== FORMAT) throw refused('The file is no backup of Trueup.', 'Name a file that `trueup backup` wrote.')
  if (JSON.stringify(head.migrations) !== JSON.stringify(await migrationsOf(tx)))
    throw refused(
      'The backup was made by another version.',
      'Restore it with the version that made it, then start the newer one: it brings the database up to date.',
    )
  const used = await tx.query<{ used: boolean }>(
    'select exists (select 1 from feed.file) or exists (select 1 from catalog.product) as used',
  )
  if (used[0]?.used) throw refused('This database is in use.', 'Restore into an empty one: another data directory, or another database.')
}

async function loadTable(tx: Tx, { table, columns, partitions }: TableHead, lines: Lines): Promise<void> {
  for (const { name, bound } of partitions) {
    const there = await tx.query<{ is: boolean }>('select to_regclass($1) is not null as is', [name])
    if (!there[0]?.is) await tx.query(`create table ${name} partition of ${table} ${bound}`)
  }
  // What the migrations laid down is in the backup too, and what triggers would note is noted in it.
  await tx.query(`alter table ${table} disable trigger user`)
  await tx.query(`delete from ${table}`)
  await tx.copyIn(`copy ${table} (${columns.join(', ')}) from stdin`, lines.untilEnd())
  await tx.query(`alter table ${table} enable trigger user`)
}

type Lines = { next(): Promise<Buffer>; untilEnd(): AsyncGenerator<Buffer> }

const LF = 0x0a

/** Lines of a stream, in blocks where they are only passed on. */
function linesOf(chunks: AsyncIterable<Buffer | string>): Lines {
  const source = Readable.from(chunks)[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)
  return {
    async next() {
      for (;;) {
        const end = held.indexOf(LF)
        if (end >= 0) {
          const line = held.subarray(0, end)
          held = held.subarray(end + 1)
          return line
        }
        await more()
      }
    },
    async *untilEnd() {
      for (;;) {
        const end = held.lastIndexOf(LF)
        if (end < 0) {
          await more()
          continue
        }
        const block = held.subarray(0, end + 1)
        const stop = endOf(block)
        held = stop === null ? held.subarray(end + 1) : held.subarray(stop.after)
        if (stop === null) yield block
        else {
          if (stop.before > 0) yield block.subarray(0, stop.before)
          return
        }
      }
    },
  }

  async function more() {
    const next = await source.next()
    if (next.done) throw refused('The backup ends in the middle.', 'Take another one: this file was cut off.')
    held = held.length === 0 ? Buffer.from(next.value) : Buffer.concat([held, Buffer.from(next.value)])
  }
}

/** Where the line `\.` stands in a block of whole lines. No row is written so: COPY escapes the backslash. */
function endOf(block: Buffer): { before: number; after: number } | null {
  const mark = Buffer.from(`${END}\n`)
  if (block.subarray(0, mark.length).equals(mark)) return { before: 0, after: mark.length }
  const at = block.indexOf(Buffer.concat([Buffer.from('\n'), mark]))
  return at < 0 ? null : { before: at + 1, after: at + 1 + mark.length }
}

function parsed(line: Buffer): { format?: string; migrations?: string[] } | null {
  try {
    return JSON.parse(line.toString())
  } catch {
    return null
  }
}

function refused(message: string, hint: string): TrueupError {
  return new TrueupError('DB_BACKUP_REFUSED', message, { retry: 'never', hint })
}
