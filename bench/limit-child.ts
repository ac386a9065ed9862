/*
 * Writes a stock file and measures the limit with it, in a process of its own, so that what this costs in memory is not taken for the
 * program's: `node limit-child.ts DATABASE_URL FILE`, and what the file holds as JSON. Prints the limit's figures as JSON.
 */
import { openDb } from '../src/db/connection.ts'
import { runLimit } from './limit.ts'
import { writeStockFile } from './stock-file.ts'

const [url = '', file = '', of = '{}'] = process.argv.slice(2)
await writeStockFile(file, JSON.parse(of))
const db = openDb({ url })
await db.query('checkpoint')
const limit = await runLimit(db, file)
await db.end()
process.stdout.write(JSON.stringify(limit))
