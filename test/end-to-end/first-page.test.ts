import { join } from 'node:path'
import { expect, test } from 'vitest'
import { built } from '../../apps/site-relay/src/box/build.ts'
import { firstPageScripts, gzipBytes } from '../harness/first-page.ts'
import { root, run } from '../harness/processes.ts'

const limitBytes = 150_000

test('the script of the first page is small: the rest comes when it is asked for', async () => {
  const building = run({ words: [join(root, 'apps/site-relay/src/headframe.ts'), 'build'] })
  const { code } = await building.ended
  const scripts = firstPageScripts(built.dashboard)
  expect(code).toBe(0)
  expect(scripts.length).toBeGreaterThan(0)
  expect(scripts.filter(path => /Stratum|Settings/.test(path))).toEqual([])
  // Less than this would not be the dashboard.
  expect(gzipBytes(scripts)).toBeGreaterThan(limitBytes / 3)
  expect(gzipBytes(scripts)).toBeLessThan(limitBytes)
})
