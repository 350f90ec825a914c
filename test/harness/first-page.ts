import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** Scripts that a browser fetches before it can show anything: those that the page names, and what they import at once. */
export function firstPageScripts(dist: string): string[] {
  const page = readFileSync(join(dist, 'index.html'), 'utf8')
  const found = new Set<string>()
  const add = (path: string) => {
    if (found.has(path)) return
    found.add(path)
    for (const [, name = ''] of readFileSync(path, 'utf8').matchAll(staticImport)) add(join(dirname(path), name))
  }
  for (const [, name = ''] of page.matchAll(/(?:src|href)="([^"]+\.js)"/g)) add(join(dist, name))
  return [...found]
}

// As the bundler writes it: `import{a as b}from"./x.js"`, and not `import("./x.js")`.
const staticImport = /(?:^|[;}\s])(?:import|export)\s*(?:[\w*{][^'"();]*?from\s*)?["'](\.[^"']+\.js)["']/g

/** What they weigh on the wire, in bytes. */
export function gzipBytes(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0)
}
