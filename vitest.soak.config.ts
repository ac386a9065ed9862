import { defineConfig } from 'vitest/config'

// Read by the stories that draw at random: they draw as often as they were asked to, not as often as a change can wait for.
process.env.TRUEUP_SOAK = '1'

/** The stories that kill, cut and shuffle, in full: thirty times where `npm test` does it three times. */
export default defineConfig({
  test: {
    include: ['test/stories/{rooms-alone,kill-and-restart,cut-upload}.test.ts'],
    globalSetup: ['test/database-setup.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 1_800_000,
    hookTimeout: 120_000,
  },
})
