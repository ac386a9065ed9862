import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const root = import.meta.dirname

/** `npm run build:console` builds into dist-console, which the gate serves. `vite --config console/vite.config.ts` develops beside a running server. */
export default defineConfig({
  root,
  plugins: [react()],
  build: {
    outDir: path.resolve(root, '../dist-console'),
    emptyOutDir: true,
    target: 'es2022',
    // The policy of the console allows no inline anything.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:7310' } },
})
