import { expect, test } from 'vitest'
import { jobCalled } from './job.ts'
import { givenParameters } from './parameters.ts'

const hardSync = jobCalled('Hard Sync') ?? expect.unreachable()

test.each([
  ['nothing', {}, {}],
  ['one shop', { shop: 'corner' }, { shop: 'corner' }],
  ['one shop as HotWax calls it', { shopId: ' corner ' }, { shop: 'corner' }],
  ['groups that the mapping says', { facilityGroupId: 'FAC_GRP', shopifyFacilityGroupId: 'X', includeAll: 'true' }, {}],
  ['a blank', { shop: '' }, {}],
] as const)('%s', (_title, given, expected) => expect(givenParameters(hardSync, given)).toEqual(expected))

test('what HotWax tells its jobs that a feed or a mapping says here is understood, and is no parameter of a run', () => {
  const importing = jobCalled('JOB_IMP_INV') ?? expect.unreachable()
  const said = { configId: 'RESET_INVENTORY', propertyResource: 'FTP_CONFIG', importpath: '/in', fileNameRegex: '*.*', scheduleNow: 'true' }
  expect(givenParameters(importing, { ...said, remoteFilename: 'a.csv', groupBy: 'sku' })).toEqual({})
  expect(givenParameters(hardSync, { useVaildATP: 'true' })).toEqual({})
})

test('a parameter that has to be given is asked for, has its default, and takes one of its choices only', () => {
  const [shop] = hardSync.parameters
  if (shop === undefined) throw new Error('the hard sync works shop by shop')
  const made = { ...shop, type: 'choice' as const, choices: ['slow', 'fast'], aliases: [] }
  const job = {
    ...hardSync,
    parameters: [
      { ...made, name: 'speed', isRequired: true },
      { ...made, name: 'way', default: 'slow' },
    ],
  }
  expect(givenParameters(job, { speed: 'fast' })).toEqual({ speed: 'fast', way: 'slow' })
  expect(() => givenParameters(job, {})).toThrow('Hard Sync Job needs the parameter speed')
  expect(() => givenParameters(job, { speed: 'quick' })).toThrow('speed takes one of slow, fast')
})

test('a parameter that the job does not have is refused, with those that it has', () => {
  const asking = () => givenParameters(hardSync, { speed: 'fast' })
  expect(asking).toThrow(expect.objectContaining({ code: 'JOBS_PARAMETER_REFUSED', hint: 'Its parameters are: shop.' }))
})
