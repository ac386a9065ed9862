import { defineConfig } from 'vitest/config'
import { reporters } from './test/reporters.ts'

/** Everything that needs nothing but npm. What needs the machine (OpenSSH, a browser, a served database) is in vitest.system.config.ts. */
export default defineConfig({
  test: {
    include: ['{src,simulator,bench,console}/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/system/**', 'test/soak/**'],
    globalSetup: ['test/database-setup.ts'],
    reporters: reporters(),
    allowOnly: false,
    provide: { rounds: 3 },
    pool: 'forks',
    // One more than the cores of a small machine: much of the time a test waits for a process, a socket or a clock.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
