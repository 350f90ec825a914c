import { cpSync, existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { FrontError, reasonOf } from './front-error.ts'

interface Kept {
  readonly assets: string
  readonly data: string
  /** Takes one line for a person. */
  readonly say: (line: string) => void
}

/**
 * Copies the built dashboard into the data folder, anew at each start. What is served was listed when the runtime
 * started: a build of the same checkout meanwhile takes its files away, and puts others there that are not listed.
 * The copy of before stays until the new one is whole, and is served when there is none.
 */
export function keepAssets({ assets, data, say }: Kept): string {
  const kept = join(data, 'dashboard')
  const fresh = `${kept}.new`
  try {
    rmSync(fresh, { recursive: true, force: true })
    cpSync(assets, fresh, { recursive: true })
    rmSync(kept, { recursive: true, force: true })
    renameSync(fresh, kept)
  } catch (error) {
    const reason = `cannot copy the dashboard to ${kept}: ${reasonOf(error)}`
    if (!existsSync(join(kept, 'index.html'))) throw new FrontError(reason)
    say(`${reason}; serving the copy of the last start`)
    removeIfPossible(fresh)
  }
  return kept
}

/** On a full disk it holds space that others need. */
function removeIfPossible(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // The next start removes it first of all.
  }
}
