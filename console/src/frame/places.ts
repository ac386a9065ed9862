import {
  IconAdjustments,
  IconArrowsDiff,
  IconBell,
  IconBuildingStore,
  IconCertificate,
  IconCloudUpload,
  IconFileExport,
  IconFiles,
  IconHeartbeat,
  IconHistory,
  IconInbox,
  IconLinkOff,
  IconPackages,
  IconRoute,
  IconServer,
  IconStack2,
  IconUsers,
  type TablerIcon,
} from '@tabler/icons-react'

export type Place = { to: string; label: string; icon: TablerIcon }

/** The menu, from top to bottom. A page's title begins with the place whose address its own begins with. */
export const PLACES: readonly Place[] = [
  { to: '/', label: 'Street', icon: IconRoute },
  { to: '/health', label: 'Health', icon: IconHeartbeat },
  { to: '/files', label: 'Files', icon: IconFiles },
  { to: '/feeds', label: 'Feeds', icon: IconInbox },
  { to: '/sources', label: 'Sources', icon: IconServer },
  { to: '/stock', label: 'Stock', icon: IconPackages },
  { to: '/rules', label: 'Rules', icon: IconAdjustments },
  { to: '/diff', label: 'Differences', icon: IconArrowsDiff },
  { to: '/jobs', label: 'Job Manager', icon: IconStack2 },
  { to: '/shops', label: 'Shopify Shop', icon: IconBuildingStore },
  { to: '/uploads', label: 'Uploads', icon: IconCloudUpload },
  { to: '/reports', label: 'Files that go out', icon: IconFileExport },
  { to: '/proofs', label: 'Proofs and drift', icon: IconCertificate },
  { to: '/findings', label: 'Catalogue link', icon: IconLinkOff },
  { to: '/alerts', label: 'Alerts', icon: IconBell },
  { to: '/users', label: 'Users', icon: IconUsers },
  { to: '/audit', label: 'Audit log', icon: IconHistory },
]
