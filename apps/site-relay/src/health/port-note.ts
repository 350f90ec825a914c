import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const note = z.object({ port: z.number().int().nullable() })
const pathIn = (dataDir: string) => join(dataDir, 'health.json')

/** Leaves a note where the health page of this relay is, `null` for nowhere. */
export function noteHealthPort(dataDir: string, port: number | null): void {
  writeFileSync(pathIn(dataDir), JSON.stringify({ port }))
}

/** Where the relay of this data folder said that its health page is; `null` when it never ran, or has none. */
export function readHealthPort(dataDir: string): number | null {
  try {
    return note.parse(JSON.parse(readFileSync(pathIn(dataDir), 'utf8'))).port
  } catch {
    return null
  }
}
