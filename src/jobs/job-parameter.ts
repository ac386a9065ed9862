/** What a run can be told. */
export type JobParameter = {
  name: string
  type: 'text' | 'shop' | 'source' | 'choice'
  description: string
  isRequired: boolean
  /** Shown and not to be changed: the program's own settings say it. */
  isProtected: boolean
  choices: readonly string[]
  default: string | null
  /** What HotWax calls it. */
  aliases: readonly string[]
}

/** One shop instead of all. */
export const SHOP: JobParameter = {
  name: 'shop',
  type: 'shop',
  description: 'The code of one shop; without it, all of them.',
  isRequired: false,
  isProtected: false,
  choices: [],
  default: null,
  aliases: ['shopId', 'shopifyShopId', 'shopifyConfigId'],
}

/** One server of others instead of all. */
export const SOURCE: JobParameter = {
  ...SHOP,
  name: 'source',
  type: 'source',
  description: 'The name of one source; without it, all of them.',
  aliases: ['systemMessageRemoteId'],
}

/** What a run leaves out, since it has a schedule of its own or was paused: codes of shops, with commas between. Never given by people. */
export const EXCEPT_SHOPS = 'exceptShops'

/** HotWax asks for groups where here the mapping of a shop's locations says it: the names are known, and answered with that. */
export const SAID_BY_MAPPING: readonly JobParameter[] = [
  saidElsewhere('facilityGroupId', 'Whose stock is added up: the group that the location is mapped to says it.'),
  saidElsewhere('shopifyFacilityGroupId', 'Which facilities have a level of their own: those that a location is mapped to.'),
  saidElsewhere('includeAll', 'Everything is always included that the shop is to be told.'),
  saidElsewhere('useValidATP', 'What is promised is always worked out from what is on hand and from the rules.', 'useVaildATP'),
]

/** The same for files: a feed says what HotWax has a job told. */
export const SAID_BY_FEED: readonly JobParameter[] = [
  saidElsewhere('configId', 'What a file is read as: the feed says it.'),
  saidElsewhere('propertyResource', 'Which server files come from: the source says it.'),
  saidElsewhere('importPath', 'Which folder is looked into: the source or the feed says it.'),
  saidElsewhere('remoteFilename', 'Every file that is whole and new is taken; one alone is handed in by hand.'),
  saidElsewhere('fileNameRegex', 'Which names are taken: the pattern of the source or of the feed says it.'),
  saidElsewhere('scheduleNow', 'A file is read as soon as it is taken, unless Process Bulk Imported Files is paused.'),
  saidElsewhere('groupBy', 'Rows are read in sets, and need no grouping.'),
]

/** And for a restock that is planned: the document says what arrives and when. */
export const SAID_BY_DOCUMENT: readonly JobParameter[] = [
  saidElsewhere('shipmentId', 'What arrives and when: each document says it, and is booked when it is due.'),
]

function saidElsewhere(name: string, description: string, ...others: string[]): JobParameter {
  return {
    ...{ name, description, type: 'text', isRequired: false, isProtected: true, choices: [], default: null },
    aliases: [name, ...others],
  }
}
