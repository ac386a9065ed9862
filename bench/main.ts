type Bench = (words: readonly string[]) => Promise<void>

/** Each is loaded when it is asked for: the simulator of another is not to count in this one's memory. */
const BENCHES: Record<string, () => Promise<Bench>> = {
  import: async () => (await import('./import.ts')).importBench,
  close: async () => (await import('./close.ts')).closeBench,
  busy: async () => (await import('./busy.ts')).busyBench,
  availability: async () => (await import('./availability.ts')).availabilityBench,
  'hard-sync': async () => (await import('./hard-sync.ts')).hardSyncBench,
  'full-load': async () => (await import('./full-load.ts')).fullLoadBench,
  latency: async () => (await import('./latency.ts')).latencyBench,
  ledger: async () => (await import('./ledger.ts')).ledgerBench,
  explain: async () => (await import('./explain.ts')).explainBench,
  pages: async () => (await import('./pages.ts')).pagesBench,
}

const [name = 'import', ...words] = process.argv.slice(2)
const load = BENCHES[name]
if (!load) {
  process.stderr.write(`There is no benchmark ${name}. There are: ${Object.keys(BENCHES).join(', ')}.\n`)
  process.exitCode = 2
} else await (await load())(words)
