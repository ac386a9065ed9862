/*
 * node .ci/count.mjs REPORT… -- COMMAND…: adds up the reports that vitest wrote and the commands that failed, and prints the last line of CI.
 */
import { existsSync, readFileSync } from 'node:fs'

const args = process.argv.slice(2)
const reports = args.slice(0, args.indexOf('--'))
const failedCommands = args.slice(args.indexOf('--') + 1)

let passed = 0
let failed = 0
const skipped = []
for (const file of reports) {
  const { testResults } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { testResults: [] }
  for (const { name, status, assertionResults } of testResults) {
    const of = wanted => assertionResults.filter(test => test.status === wanted).length
    passed += of('passed')
    // A file that cannot be read has no tests to fail.
    failed += status === 'failed' ? Math.max(1, of('failed')) : of('failed')
    for (const test of assertionResults) if (!['passed', 'failed'].includes(test.status)) skipped.push(`${name}: ${test.fullName}`)
  }
}

for (const title of skipped) console.log(`skipped, which is not allowed: ${title}`)
for (const command of failedCommands) console.log(`failed: ${command}`)
// What failed without a failing test (the compiler, the linter, a report that was not written) counts once.
if (failed === 0 && (failedCommands.length > 0 || passed === 0)) failed = Math.max(1, failedCommands.length)
failed += skipped.length

console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
