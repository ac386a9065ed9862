/** What a run prints; with TEST_REPORT set it also writes its counts to that file, for CI. */
export function reporters(): ('default' | ['json', { outputFile: string }])[] {
  const file = process.env.TEST_REPORT
  return file ? ['default', ['json', { outputFile: file }]] : ['default']
}
