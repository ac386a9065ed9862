import { defineConfig } from 'vitest/config'

/** What needs the machine: OpenSSH, lftp, rclone, Chromium, a served PostgreSQL. test/system/prepare.mjs installs what is missing. */
export default defineConfig({
  test: {
    include: ['test/system/**/*.test.ts'],
    globalSetup: ['test/database-setup.ts'],
    pool: 'forks',
    // One after the other: each starts whole programs, and two cores are soon full.
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
