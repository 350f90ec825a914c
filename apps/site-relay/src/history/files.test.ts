import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openHistoryFiles } from '../edge/history-files.ts'
import { HistoryError } from './files.ts'
import { createMemoryFiles } from './memory-files.ts'

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'headframe-history-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  return join(dir, 'history')
}

describe.each([
  { kind: 'in memory', create: () => createMemoryFiles() },
  { kind: 'on disk', create: () => openHistoryFiles(folder()) },
])('files $kind', ({ create }) => {
  const bytes = (...values: number[]) => Uint8Array.from(values)
  const contents = (files: ReturnType<typeof create>, name: string) => [...files.read(name, 0, 100)]

  test('are written at their end, and read from anywhere', () => {
    const files = create()
    files.write('20261120/a.open', 0, bytes(1, 2, 3))
    files.write('20261120/a.open', 3, bytes(4, 5))
    expect(contents(files, '20261120/a.open')).toEqual([1, 2, 3, 4, 5])
    expect([...files.read('20261120/a.open', 2, 2)]).toEqual([3, 4])
    expect(files.list()).toEqual([{ name: '20261120/a.open', bytes: 5 }])
  })

  test('are written over from a place on', () => {
    const files = create()
    files.write('20261120/a.open', 0, bytes(1, 2, 3, 4))
    files.write('20261120/a.open', 1, bytes(9))
    expect(contents(files, '20261120/a.open')).toEqual([1, 9, 3, 4])
  })

  test('are cut, renamed and removed', () => {
    const files = create()
    files.write('20261120/a.open', 0, bytes(1, 2, 3))
    files.cut('20261120/a.open', 2)
    files.rename('20261120/a.open', '20261120/a.rows')
    expect(contents(files, '20261120/a.rows')).toEqual([1, 2])
    files.remove('20261120/a.rows')
    expect(files.list()).toEqual([])
  })

  test('that are not there say so by one kind of error', () => {
    const files = create()
    for (const use of [
      () => files.read('20261120/no', 0, 1),
      () => files.cut('20261120/no', 0),
      () => files.rename('20261120/no', '20261120/other'),
      () => files.remove('20261120/no'),
    ]) {
      expect(use).toThrow(HistoryError)
    }
  })

  test('know what is free', () => {
    expect(create().freeBytes()).toBeGreaterThan(0)
  })
})
