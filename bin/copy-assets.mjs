/* Part of `npm run build`: what the simulator reads beside its code goes beside the built code. */
import { cpSync } from 'node:fs'
import path from 'node:path'
import { packageDir } from './runtime.mjs'

for (const folder of ['simulator/shopify/schema', 'simulator/shopify/shops', 'simulator/shopify/demand']) {
  cpSync(path.join(packageDir, folder), path.join(packageDir, 'dist', folder), { recursive: true })
}
