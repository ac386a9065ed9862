import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from 'vite'

/**
 * The console in another language: a folder `console/src/texts/de` with files of the names that stand beside it. A file that is not there
 * is said in English. null: English.
 */
export function spokenIn(language: string | null, textsFolder: string): Plugin {
  return {
    name: 'spoken-in',
    enforce: 'pre',
    resolveId(source, importer) {
      if (language === null || importer === undefined || !/(?:^|\/)texts\/[\w-]+\.ts$/.test(source)) return null
      const english = path.resolve(path.dirname(importer), source)
      if (path.dirname(english) !== textsFolder) return null
      const translated = path.join(textsFolder, language, path.basename(english))
      return existsSync(translated) ? translated : null
    },
  }
}
