import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { spokenIn } from './language.ts'

const root = import.meta.dirname

/** `npm run build:console` builds into dist-console, which the gate serves. `vite --config console/vite.config.ts` develops beside a running server. `TRUEUP_CONSOLE_LANGUAGE=de` builds it in another language. */
export default defineConfig({
  root,
  plugins: [react(), spokenIn(process.env.TRUEUP_CONSOLE_LANGUAGE ?? null, path.join(root, 'src/texts'))],
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
