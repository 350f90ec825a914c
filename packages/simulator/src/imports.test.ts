import { globSync, readFileSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

// A mistake of a driver would hide in a simulator that shares its code.

const source = fileURLToPath(new URL('.', import.meta.url))
const drivers = resolve(source, '../../miners') + sep

function importsDrivers(file: string, text: string): boolean {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].some(
    ([, name = '']) =>
      /^@headframe\/miners(\/|$)/.test(name) ||
      (name.startsWith('.') && resolve(dirname(file), name).startsWith(drivers)),
  )
}

test('no file of the simulator imports a driver', () => {
  const files = globSync('**/*.ts', { cwd: source }).map(name => resolve(source, name))
  expect(files.length).toBeGreaterThan(20)
  expect(files.filter(file => importsDrivers(file, readFileSync(file, 'utf8')))).toEqual([])
})

test('neither by name nor by path nor when it runs', () => {
  const file = resolve(source, 'site.ts')
  const miners = ['@headframe', 'miners'].join('/')
  expect(importsDrivers(file, `import { read } from '${miners}'`)).toBe(true)
  expect(importsDrivers(file, `import type { Driver } from "${miners}/drivers"`)).toBe(true)
  expect(importsDrivers(file, ['export * from ', '../../miners/src/index.ts', ''].join("'"))).toBe(true)
  expect(importsDrivers(file, `await import('${miners}')`)).toBe(true)
  expect(importsDrivers(file, `import { SimulatedMiner } from './miner.ts'`)).toBe(false)
})

test('nor does the package ask for one', () => {
  const manifest = JSON.parse(readFileSync(resolve(source, '../package.json'), 'utf8'))
  expect(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })).not.toContain(
    ['@headframe', 'miners'].join('/'),
  )
})
