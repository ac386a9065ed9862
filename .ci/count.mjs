/*
 * node .ci/count.mjs FILE: reads how each command of CI ended (status, vitest's report, command; tabs between), adds up the reports, and
 * prints the last line of CI. Ends with status 1 if anything failed or was skipped.
 */
import { existsSync, readFileSync } from 'node:fs'

let passed = 0
let failed = 0
const commands = readFileSync(process.argv[2], 'utf8').trimEnd().split('\n')
for (const [status, report, command] of commands.map(line => line.split('\t'))) {
  const counts = read(report)
  // What failed without a failing test (the compiler, the linter) counts as one.
  const failedHere = status === '0' ? counts.failed : Math.max(1, counts.failed)
  if (status !== '0') console.log(`failed: ${command} (status ${status})`)
  for (const test of counts.failures) console.log(`  ${test}`)
  for (const title of counts.skipped) console.log(`skipped, which is not allowed: ${title}`)
  passed += counts.passed
  failed += failedHere + counts.skipped.length
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)

function read(report) {
  const { testResults } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { testResults: [] }
  const tests = testResults.flatMap(file => file.assertionResults.map(test => ({ ...test, file: file.name })))
  // A file that cannot be loaded has no tests that could fail.
  const failures = tests.filter(test => test.status === 'failed')
  const unreadable = testResults.filter(file => file.status === 'failed' && !file.assertionResults.some(test => test.status === 'failed'))
  return {
    passed: tests.filter(test => test.status === 'passed').length,
    failed: failures.length + unreadable.length,
    failures: [
      ...failures.map(test => `${test.file}: ${test.fullName}\n    ${test.failureMessages?.[0]?.split('\n')[0] ?? ''}`),
      ...unreadable.map(file => `${file.name}: ${file.message ?? 'it cannot be loaded'}`),
    ],
    skipped: tests.filter(test => !['passed', 'failed'].includes(test.status)).map(test => `${test.file}: ${test.fullName}`),
  }
}
