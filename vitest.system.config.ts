import { defineConfig } from 'vitest/config'
import { reporters } from './test/reporters.ts'

/**
 * What has to be the same on a PostgreSQL that somebody else serves: each room's statements and steps, and the stories of the whole street,
 * of rooms that run alone and of how many statements they take. `npm run soak -- --project served` takes every test there.
 */
const ON_A_SERVED_DATABASE = [
  'src/**/{store,step,migrate,clockwork}.test.ts',
  'test/stories/{the-street,rooms-alone,statement-count,queue-emptied,histories,oversell}.test.ts',
]

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
          maxWorkers: 3,
        },
      },
      {
        extends: true,
        test: { name: 'served', include: ON_A_SERVED_DATABASE, globalSetup: ['test/database-served-setup.ts'], maxWorkers: 3 },
      },
    ],
  },
})
