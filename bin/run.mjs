/*
 * `node bin/run.mjs vitest run` runs the bin `vitest` of an installed package on Node.js 24; `node bin/run.mjs node file.ts` runs a
 * file. The scripts in package.json use it, so that they do the same under whatever Node.js started npm.
 */
import { realpathSync } from 'node:fs'
import { become, findInModules, findNode, OWN, refuse } from './runtime.mjs'

const [name, ...args] = process.argv.slice(2)
const node = findNode()

if (name === undefined) {
  console.error('Usage: node bin/run.mjs BIN [ARGUMENT…]')
  process.exit(2)
} else if (node === null) refuse()
else if (name === 'node') become(node, [...OWN, ...args])
else {
  const bin = findInModules(['.bin', name])
  if (bin === null) {
    console.error(`No installed package has the command "${name}". Run npm ci first.`)
    process.exit(1)
  } else become(node, [realpathSync(bin), ...args])
}
