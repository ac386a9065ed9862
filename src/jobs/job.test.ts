import { expect, test } from 'vitest'
import { FLOOR_MS, JOBS, jobCalled, jobOfStep, ROOM_STEPS } from './job.ts'

test.each([
  ['Import Inventory', 'import-inventory'],
  ['process uploads to ecommerce', 'process-uploads-to-ecommerce'],
  ['UL_RCNT_INV', 'update-recent-inventory-changes'],
  ['job_ul_inv', 'hard-sync-job'],
  [' check-ledger ', 'check-ledger'],
  ['JOB_ADJ_INV', 'update-recent-inventory-changes'],
  ['BLK_RCNT_KIT_INV', 'update-recent-inventory-changes'],
  ['RST_NEWLNCH_PROD_INV', 'follow-catalogue-of-shopify'],
  ['JOB_SCHEDULED_RSTK', 'process-bulk-imported-files'],
  ['Sweep', undefined],
])('the operator who says %j means %j', (said, slug) => expect(jobCalled(said)?.slug).toBe(slug))

test('no two jobs answer to one name', () => {
  const names = JOBS.flatMap(job => [...new Set([job.name.toLowerCase(), job.slug, ...job.aliases])])
  expect(new Set(names).size).toBe(names.length)
})

test('every step belongs to a job, and what is not polled can be asked for', () => {
  expect(ROOM_STEPS.filter(step => jobOfStep(step) === undefined)).toEqual([])
  expect(ROOM_STEPS.filter(step => FLOOR_MS[step] === null)).toEqual(['catalog', 'shop-check', 'hard-sync', 'check-ledger'])
})
