import { TrueupError } from '../kernel/error.ts'
import { type JobParameter, SAID_BY_DOCUMENT, SAID_BY_FEED, SAID_BY_MAPPING, SHOP, SOURCE } from './job-parameter.ts'

/**
 * What can be asked to run. A step is one room's unit of work; a job is a name that operators know for one or more steps,
 * with a schedule. The steps themselves are handed to the clockwork: this file knows their names only.
 */
export const ROOM_STEPS = [
  'catalog',
  'catalog-news',
  'sources',
  'feed',
  'import',
  'large-files',
  'orders',
  'inventory',
  'availability',
  'outbox',
  'channel',
  'shop-check',
  'reconcile',
  'hard-sync',
  'put-away',
  'look-around',
  'check-ledger',
  'watch',
  'alerts',
] as const

export type RoomStep = (typeof ROOM_STEPS)[number]

export type JobCategory = 'Inventory' | 'Miscellaneous' | 'Orders' | 'Products'

export type Job = {
  /** As it stands on the screen, and in the guide. */
  name: string
  /** The same in a URL, on a command line and as the name of its queue. */
  slug: string
  category: JobCategory
  description: string
  /** In the order in which a run does them. */
  steps: readonly RoomStep[]
  /** Five fields, in UTC: its schedule until a person sets another. */
  cron: string
  /** It reads whole shops: people may have it tick every six hours at the most. */
  isSlow: boolean
  parameters: readonly JobParameter[]
  /** The enum ids under which HotWax's Job Manager lists it. */
  aliases: readonly string[]
}

export const JOBS: readonly Job[] = [
  {
    name: 'Import Inventory',
    slug: 'import-inventory',
    category: 'Inventory',
    description: 'Looks for stock files at every source and feed and takes those that are whole and new.',
    steps: ['sources', 'feed'],
    cron: '*/15 * * * *',
    isSlow: false,
    parameters: [SOURCE, ...SAID_BY_FEED],
    aliases: [
      ...['JOB_IMP_INV', 'JOB_IMP_INV_QOH', 'JOB_RST_INV_SFTP', 'ftpImportFile', 'ftpImportCSVFile'],
      ...['Read Reset Inventory File From SFTP', 'Import inventory reset'],
    ],
  },
  {
    name: 'Process Bulk Imported Files',
    slug: 'process-bulk-imported-files',
    category: 'Miscellaneous',
    description: 'Reads the rows of received files, judges each file and books what it believes.',
    steps: ['import', 'large-files', 'inventory'],
    cron: '*/5 * * * *',
    isSlow: false,
    parameters: SAID_BY_DOCUMENT,
    aliases: ['JOB_PRC_PND_DML', 'JOB_SCHEDULED_RSTK', 'Scheduled restock', 'receiveAndUpdateInventoryToShopify'],
  },
  {
    name: 'Update Recent Inventory Changes',
    slug: 'update-recent-inventory-changes',
    category: 'Inventory',
    description: 'Works out what each channel may promise for what has changed, and queues it for the shop.',
    steps: ['availability', 'outbox'],
    cron: '*/15 * * * *',
    isSlow: false,
    parameters: SAID_BY_MAPPING,
    aliases: [
      ...['UL_RCNT_INV', 'Upload Recent Inventory Changes', 'bulkRecentShopifyInventroyLevel'],
      // What is a job for itself there is one reason here why a promise changes: a variance, a component of a kit.
      ...['JOB_ADJ_INV', 'Upload Inventory Variances', 'Push Updated Inventory Deltas to Shopify'],
      ...['BLK_RCNT_KIT_INV', 'Bulk recent kit inventory', 'bulkKitProductInventorySetup'],
    ],
  },
  {
    name: 'Process Uploads to eCommerce',
    slug: 'process-uploads-to-ecommerce',
    category: 'Miscellaneous',
    description: 'Sends what is queued to the shop and records what it answered.',
    steps: ['channel'],
    cron: '*/15 * * * *',
    isSlow: false,
    parameters: [SHOP],
    aliases: ['JOB_UL_PRCS'],
  },
  {
    name: 'Hard Sync Job',
    slug: 'hard-sync-job',
    category: 'Inventory',
    description: 'Reads every level of every shop back and compares it with what it should be.',
    steps: ['hard-sync'],
    cron: '0 2 * * *',
    isSlow: true,
    parameters: [SHOP, ...SAID_BY_MAPPING],
    aliases: ['JOB_UL_INV', 'Hard Sync', 'Schedule inventory hard sync', 'Upload inventory', 'bulkResetShopifyInventoryLevel'],
  },
  {
    name: 'Read Back From Shopify',
    slug: 'read-back-from-shopify',
    category: 'Inventory',
    description: 'Reads back what the shops were just told and compares it.',
    steps: ['reconcile'],
    cron: '*/15 * * * *',
    isSlow: false,
    parameters: [SHOP],
    aliases: [],
  },
  {
    name: 'Import Orders',
    slug: 'import-orders',
    category: 'Orders',
    description: 'Learns from each shop which orders hold stock.',
    steps: ['orders'],
    cron: '*/5 * * * *',
    isSlow: false,
    parameters: [SHOP],
    aliases: [],
  },
  {
    name: 'Import Catalogue from Shopify',
    slug: 'import-catalogue-from-shopify',
    category: 'Products',
    description: 'Reads the locations and variants of each shop and links them to products.',
    steps: ['catalog'],
    cron: '0 1 * * *',
    isSlow: false,
    parameters: [SHOP],
    aliases: [],
  },
  {
    name: 'Follow Catalogue of Shopify',
    slug: 'follow-catalogue-of-shopify',
    category: 'Products',
    description: 'Reads what the shops said has changed: new variants, other SKUs, closed locations.',
    steps: ['catalog-news'],
    cron: '*/5 * * * *',
    isSlow: false,
    parameters: [SHOP],
    aliases: ['RST_NEWLNCH_PROD_INV', 'Reset newly launched products'],
  },
  {
    name: 'Check Shopify Shops',
    slug: 'check-shopify-shops',
    category: 'Miscellaneous',
    description: 'Asks each shop what it grants us, mends its webhooks, and keeps its job log within bounds.',
    steps: ['shop-check'],
    cron: '*/10 * * * *',
    isSlow: false,
    parameters: [SHOP],
    aliases: [],
  },
  {
    name: 'Check Ledger',
    slug: 'check-ledger',
    category: 'Inventory',
    description: 'Adds every position up from its movements again, works every promise out anew, and reports what differs.',
    steps: ['check-ledger'],
    cron: '30 3 * * *',
    isSlow: true,
    parameters: [],
    aliases: [],
  },
  {
    name: 'Check Health and Alert',
    slug: 'check-health-and-alert',
    category: 'Miscellaneous',
    description: 'Looks at everything that can go wrong, keeps what it found, and tells those who are to be told.',
    steps: ['watch', 'alerts'],
    cron: '*/5 * * * *',
    isSlow: false,
    parameters: [],
    aliases: [],
  },
  {
    name: 'Put Files Away',
    slug: 'put-files-away',
    category: 'Miscellaneous',
    description: 'Moves judged files to archive or failed, writes the rejected rows beside them, and looks for files that lie elsewhere.',
    steps: ['put-away', 'look-around'],
    cron: '*/5 * * * *',
    isSlow: false,
    parameters: [],
    aliases: [],
  },
]

/** Finds a job by its name, slug or alias; neither case nor what stands between the words matters. */
export function jobCalled(name: string, jobs: readonly Job[] = JOBS): Job | undefined {
  const wanted = plainly(name)
  return jobs.find(job => [job.name, job.slug, ...job.aliases].some(known => plainly(known) === wanted))
}

function plainly(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '-')
}

/** The same, refused with the names that there are. */
export function knownJob(name: string, jobs: readonly Job[] = JOBS): Job {
  const job = jobCalled(name, jobs)
  if (job !== undefined) return job
  throw new TrueupError('JOBS_UNKNOWN', `There is no job called ${JSON.stringify(name)}.`, {
    retry: 'never',
    hint: `Name one of: ${jobs.map(one => one.name).join(', ')}.`,
    detail: { name },
  })
}

/** The job under whose name a step's own runs are booked when no job asked for it: the first that lists it. */
export function jobOfStep(step: RoomStep, jobs: readonly Job[] = JOBS): Job | undefined {
  return jobs.find(job => job.steps.includes(step))
}

/**
 * How long a step waits at most between two looks at its tables when nobody nudges it; null: only when asked. A lost
 * nudge costs this much and nothing else, since the work lies in the rooms' tables.
 */
export const FLOOR_MS: Readonly<Record<RoomStep, number | null>> = {
  catalog: null,
  'catalog-news': 15_000,
  sources: 2_000,
  feed: 2_000,
  import: 2_000,
  'large-files': 2_000,
  orders: 5_000,
  inventory: 2_000,
  availability: 2_000,
  outbox: 2_000,
  channel: 2_000,
  'shop-check': null,
  reconcile: 5_000,
  'hard-sync': null,
  'put-away': 5_000,
  'look-around': 15_000,
  'check-ledger': null,
  watch: 15_000,
  alerts: 5_000,
}
