import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { FrontError, reasonOf } from './front-error.ts'

/**
 * Copies the built dashboard into the data folder, anew at each start. What is served was listed when the runtime
 * started: a build of the same checkout meanwhile takes its files away, and puts others there that are not listed.
 */
export function keepAssets({ assets, data }: { readonly assets: string; readonly data: string }): string {
  const kept = join(data, 'dashboard')
  try {
    rmSync(kept, { recursive: true, force: true })
    cpSync(assets, kept, { recursive: true })
  } catch (error) {
    throw new FrontError(`cannot copy the dashboard to ${kept}: ${reasonOf(error)}`)
  }
  return kept
}
