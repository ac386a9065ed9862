import { defineConfig } from 'vitest/config'

/** The stories at full counts, and every test on a served PostgreSQL: what CI has no time for. */
export default defineConfig({
  test: {
    allowOnly: false,
    provide: { rounds: 30 },
    pool: 'forks',
    // A browser beside a database on two cores: what is asked for again and again gets the time that a page needs.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 30 * 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'full counts',
          include: ['test/{stories,system,soak}/**/*.test.ts'],
          globalSetup: ['test/database-setup.ts', 'test/system/console-setup.ts'],
          maxWorkers: 1,
        },
      },
      {
        extends: true,
        test: {
          name: 'served',
          include: ['{src,simulator}/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['test/{system,soak}/**'],
          globalSetup: ['test/database-served-setup.ts'],
          maxWorkers: 2,
        },
      },
    ],
  },
})
