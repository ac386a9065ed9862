import { createBrowserRouter } from 'react-router'
import { Frame } from './frame/frame.tsx'
import { Broken } from './pages/broken.tsx'
import { Home } from './pages/home.tsx'

/** Every page but the first comes when it is wanted. */
export const pages = createBrowserRouter([
  {
    path: '/',
    Component: Frame,
    ErrorBoundary: Broken,
    HydrateFallback: () => null,
    children: [
      { index: true, Component: Home },
      { path: 'files', lazy: async () => ({ Component: (await import('./pages/files.tsx')).Files }) },
      { path: 'files/:id', lazy: async () => ({ Component: (await import('./pages/file.tsx')).FilePage }) },
      { path: 'feeds', lazy: async () => ({ Component: (await import('./pages/feeds.tsx')).Feeds }) },
      { path: 'sources', lazy: async () => ({ Component: (await import('./pages/sources.tsx')).Sources }) },
      { path: 'sources/:name', lazy: async () => ({ Component: (await import('./pages/source.tsx')).SourcePage }) },
      { path: 'feeds/:name/mapping', lazy: async () => ({ Component: (await import('./pages/feed-mapping.tsx')).FeedMappingPage }) },
      { path: 'feeds/:name/guards', lazy: async () => ({ Component: (await import('./pages/feed-guards.tsx')).FeedGuardsPage }) },
      { path: 'stock', lazy: async () => ({ Component: (await import('./pages/stock.tsx')).Stock }) },
      { path: 'stock/:sku', lazy: async () => ({ Component: (await import('./pages/sku.tsx')).SkuPage }) },
      { path: 'facilities', lazy: async () => ({ Component: (await import('./pages/facilities.tsx')).Facilities }) },
      { path: 'brokering', lazy: async () => ({ Component: (await import('./pages/brokering.tsx')).Brokering }) },
      { path: 'brokering/:shop/:order', lazy: async () => ({ Component: (await import('./pages/brokering-order.tsx')).BrokeringOrder }) },
      { path: 'kits', lazy: async () => ({ Component: (await import('./pages/kits.tsx')).Kits }) },
      { path: 'rules', lazy: async () => ({ Component: (await import('./pages/rules.tsx')).Rules }) },
      { path: 'diff', lazy: async () => ({ Component: (await import('./pages/diff.tsx')).Diff }) },
      { path: 'jobs', lazy: async () => ({ Component: (await import('./pages/job-manager.tsx')).JobManager }) },
      { path: 'jobs/pipeline', lazy: async () => ({ Component: (await import('./pages/pipeline.tsx')).Pipeline }) },
      { path: 'jobs/in/:category', lazy: async () => ({ Component: (await import('./pages/job-manager.tsx')).JobManager }) },
      { path: 'jobs/:slug', lazy: async () => ({ Component: (await import('./pages/job.tsx')).JobPage }) },
      { path: 'shops', lazy: async () => ({ Component: (await import('./pages/shops.tsx')).Shops }) },
      { path: 'shops/:code/:tab?', lazy: async () => ({ Component: (await import('./pages/shop.tsx')).ShopPage }) },
      { path: 'uploads', lazy: async () => ({ Component: (await import('./pages/uploads.tsx')).Uploads }) },
      { path: 'uploads/:uploadId', lazy: async () => ({ Component: (await import('./pages/shop-upload.tsx')).ShopUpload }) },
      { path: 'reports', lazy: async () => ({ Component: (await import('./pages/reports.tsx')).Reports }) },
      { path: 'proofs', lazy: async () => ({ Component: (await import('./pages/proofs.tsx')).Proofs }) },
      { path: 'proofs/:runId', lazy: async () => ({ Component: (await import('./pages/proof.tsx')).ProofPage }) },
      { path: 'findings', lazy: async () => ({ Component: (await import('./pages/findings.tsx')).Findings }) },
      { path: 'health', lazy: async () => ({ Component: (await import('./pages/health.tsx')).Health }) },
      { path: 'alerts', lazy: async () => ({ Component: (await import('./pages/alerts.tsx')).Alerts }) },
      { path: 'users', lazy: async () => ({ Component: (await import('./pages/users.tsx')).Users }) },
      { path: 'audit', lazy: async () => ({ Component: (await import('./pages/audit.tsx')).AuditPage }) },
      { path: 'settings/:section?', lazy: async () => ({ Component: (await import('./pages/settings.tsx')).SettingsPage }) },
      { path: 'rooms/:room', lazy: async () => ({ Component: (await import('./pages/room.tsx')).RoomPage }) },
      { path: 'first-steps/:step?', lazy: async () => ({ Component: (await import('./pages/first-steps.tsx')).FirstSteps }) },
      { path: 'help', lazy: async () => ({ Component: (await import('./pages/help-index.tsx')).HelpIndex }) },
      { path: 'help/:code', lazy: async () => ({ Component: (await import('./pages/help.tsx')).Help }) },
      { path: '*', lazy: async () => ({ Component: (await import('./pages/lost.tsx')).Lost }) },
    ],
  },
])
