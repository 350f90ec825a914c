import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'

const result = z.object({ name: z.string(), caught: z.boolean(), why: z.string() })
export type Result = z.infer<typeof result>

/** What became of mutants in runs before, by name: one that was stopped goes on where it was. */
export function readResults(path: string): ReadonlyMap<string, Result> {
  if (!existsSync(path)) return new Map()
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  return new Map(lines.map(line => result.parse(JSON.parse(line))).map(each => [each.name, each]))
}

export const addResult = (path: string, added: Result): void => appendFileSync(path, `${JSON.stringify(added)}\n`)
