import { availabilityBench } from './availability.ts'
import { busyBench } from './busy.ts'
import { closeBench } from './close.ts'
import { explainBench } from './explain.ts'
import { fullLoadBench } from './full-load.ts'
import { hardSyncBench } from './hard-sync.ts'
import { importBench } from './import.ts'
import { latencyBench } from './latency.ts'
import { ledgerBench } from './ledger.ts'
import { pagesBench } from './pages.ts'

const BENCHES: Record<string, (words: readonly string[]) => Promise<void>> = {
  import: importBench,
  close: closeBench,
  busy: busyBench,
  availability: availabilityBench,
  'hard-sync': hardSyncBench,
  'full-load': fullLoadBench,
  latency: latencyBench,
  ledger: ledgerBench,
  explain: explainBench,
  pages: pagesBench,
}

const [name = 'import', ...words] = process.argv.slice(2)
const bench = BENCHES[name]
if (!bench) {
  process.stderr.write(`There is no benchmark ${name}. There are: ${Object.keys(BENCHES).join(', ')}.\n`)
  process.exitCode = 2
} else await bench(words)
