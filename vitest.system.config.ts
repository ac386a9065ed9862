import { defineConfig } from 'vitest/config'
import { reporters } from './test/reporters.ts'

/** Every test that writes to a database of its own; it has to pass on a PostgreSQL that somebody else serves, too. */
const ON_A_DATABASE = ['src/**/{store,step,migrate,clockwork}.test.ts', 'test/stories/**/*.test.ts']

/** What needs the machine: OpenSSH, lftp, rclone, Chromium, a served PostgreSQL. test/system/prepare.mjs installs what is missing. */
export default defineConfig({
  test: {
    reporters: reporters(),
    allowOnly: false,
    provide: { rounds: 3 },
    pool: 'forks',
    // A browser beside a database on two cores: what is asked for again and again gets the time that a page needs.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'machine',
          include: ['test/system/**/*.test.ts'],
          globalSetup: ['test/database-setup.ts', 'test/system/console-setup.ts'],
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: { name: 'served', include: ON_A_DATABASE, globalSetup: ['test/database-served-setup.ts'], maxWorkers: 2 },
      },
    ],
  },
})
