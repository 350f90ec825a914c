import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { FrontError } from './front-error.ts'
import { keepAssets } from './kept-assets.ts'

function folders() {
  const path = mkdtempSync(join(tmpdir(), 'headframe-assets-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  const [assets, data] = [join(path, 'assets'), join(path, 'data')]
  for (const folder of [assets, data]) mkdirSync(folder)
  const said: string[] = []
  return { assets, data, said, say: (line: string) => void said.push(line) }
}

test('serves what was built last, and nothing of before', () => {
  const at = folders()
  writeFileSync(join(at.assets, 'index.html'), 'old')
  writeFileSync(join(at.assets, 'old.js'), '')
  keepAssets(at)
  rmSync(join(at.assets, 'old.js'))
  writeFileSync(join(at.assets, 'index.html'), 'new')
  const kept = keepAssets(at)
  expect([readdirSync(kept), readFileSync(join(kept, 'index.html'), 'utf8')]).toEqual([['index.html'], 'new'])
  expect([readdirSync(at.data), at.said]).toEqual([['dashboard'], []])
})

test('a copy that fails leaves the one of before whole, and says so in one line', () => {
  const at = folders()
  writeFileSync(join(at.assets, 'index.html'), 'old')
  keepAssets(at)
  rmSync(at.assets, { recursive: true })
  const kept = keepAssets(at)
  expect([readdirSync(kept), readFileSync(join(kept, 'index.html'), 'utf8')]).toEqual([['index.html'], 'old'])
  expect(readdirSync(at.data)).toEqual(['dashboard'])
  expect(at.said).toEqual([
    expect.stringMatching(/^cannot copy the dashboard to .*; serving the copy of the last start$/),
  ])
})

test('without a copy of before it does not start', () => {
  const at = folders()
  rmSync(at.assets, { recursive: true })
  expect(() => keepAssets(at)).toThrow(FrontError)
  expect(at.said).toEqual([])
})
