#!/usr/bin/env node
/*
 * The command `trueup`: starts the program on Node.js 24, whatever Node.js the machine has. In a checkout that is the TypeScript as it
 * stands in src/; what npm installs has no src/ and runs what was built.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { become, findNode, OWN, packageDir, refuse } from './runtime.mjs'

const source = path.join(packageDir, 'src', 'app', 'main.ts')
const built = path.join(packageDir, 'dist', 'src', 'app', 'main.js')

const node = findNode()
if (node === null) refuse()
else become(node, [...OWN, existsSync(source) ? source : built, ...process.argv.slice(2)])
