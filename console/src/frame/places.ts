import {
  IconAdjustments,
  IconArrowsDiff,
  IconArrowsSplit,
  IconBell,
  IconBoxMultiple,
  IconBuildingStore,
  IconBuildingWarehouse,
  IconCertificate,
  IconCloudUpload,
  IconFileExport,
  IconFiles,
  IconHeartbeat,
  IconHelp,
  IconHistory,
  IconInbox,
  IconLinkOff,
  IconListCheck,
  IconPackages,
  IconRoute,
  IconServer,
  IconSettings,
  IconStack2,
  IconUsers,
  type TablerIcon,
} from '@tabler/icons-react'
import { frame as texts } from '../texts/frame.ts'

export type Place = { to: string; label: string; icon: TablerIcon }

/** The menu, from top to bottom, in the order in which data walks: what comes in, what is there, what goes out. */
export const PARTS: readonly { label: string | null; places: readonly Place[] }[] = [
  {
    label: null,
    places: [
      { to: '/', label: texts.street, icon: IconRoute },
      { to: '/health', label: texts.health, icon: IconHeartbeat },
      { to: '/jobs', label: texts.jobManager, icon: IconStack2 },
    ],
  },
  {
    label: texts.whatComesIn,
    places: [
      { to: '/files', label: texts.files, icon: IconFiles },
      { to: '/feeds', label: texts.feeds, icon: IconInbox },
      { to: '/sources', label: texts.sources, icon: IconServer },
    ],
  },
  {
    label: texts.whatIsThere,
    places: [
      { to: '/stock', label: texts.stock, icon: IconPackages },
      { to: '/facilities', label: texts.facilities, icon: IconBuildingWarehouse },
      { to: '/brokering', label: texts.brokeringQueue, icon: IconArrowsSplit },
      { to: '/kits', label: texts.kits, icon: IconBoxMultiple },
      { to: '/rules', label: texts.rules, icon: IconAdjustments },
    ],
  },
  {
    label: texts.whatGoesOut,
    places: [
      { to: '/shops', label: texts.shopifyShop, icon: IconBuildingStore },
      { to: '/uploads', label: texts.uploads, icon: IconCloudUpload },
      { to: '/diff', label: texts.differences, icon: IconArrowsDiff },
      { to: '/proofs', label: texts.proofsAndDrift, icon: IconCertificate },
      { to: '/findings', label: texts.catalogueLink, icon: IconLinkOff },
      { to: '/reports', label: texts.filesThatGoOut, icon: IconFileExport },
    ],
  },
  {
    label: texts.peopleAndSettings,
    places: [
      { to: '/alerts', label: texts.alerts, icon: IconBell },
      { to: '/users', label: texts.users, icon: IconUsers },
      { to: '/audit', label: texts.auditLog, icon: IconHistory },
      { to: '/settings', label: texts.settings, icon: IconSettings },
      { to: '/first-steps', label: texts.firstSteps, icon: IconListCheck },
      { to: '/help', label: texts.help, icon: IconHelp },
    ],
  },
]

/**
 * What lies within those pages and is looked for by its own name: the words of the troubleshooting guide, each with where it leads. No
 * entry of the menu is said twice.
 */
export const WITHIN: readonly { to: string; label: string; words?: string }[] = [
  { to: '/jobs/in/inventory', label: texts.inventoryJobs },
  { to: '/jobs/in/miscellaneous', label: texts.miscellaneousJobs },
  { to: '/jobs/pipeline?section=pending', label: texts.pipelinePending },
  { to: '/jobs/pipeline?section=running', label: texts.pipelineRunning },
  { to: '/jobs/pipeline', label: texts.pipelineHistory, words: texts.jobStatus },
  { to: '/jobs/pipeline?section=timeline', label: texts.pipelineTimeline },
  { to: '/shops', label: texts.shopifyConfig, words: texts.accessScopePermissions },
  { to: '/sources', label: texts.sftpLocation, words: texts.sftpFilePath },
  { to: '/files', label: texts.importDateAndTime, words: texts.importStatus },
  { to: '/help', label: texts.userManual },
  { to: '/help/troubleshooting', label: texts.troubleshootingGuide, words: texts.scenarios },
  { to: '/help/setting-up-a-feed', label: texts.settingUpAFeed },
  { to: '/settings/mine', label: texts.languageAndTimeZone },
]

/** Every page of the menu. A page's title begins with the place whose address its own begins with. */
export const PLACES: readonly Place[] = PARTS.flatMap(part => part.places)
