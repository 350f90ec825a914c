import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

test('has the defaults of the README', () => {
  const options = readOptions([])
  expect(options).toMatchObject({ port: 8787, host: '127.0.0.1', demo: undefined, tls: undefined, stratumPort: 3333 })
  expect(options.keysDir).toBe(`${options.dataDir}.keys`)
})

test('names each bad value on a line of its own', () => {
  expect(() => readOptions(['--port', '99999', '--demo', 'many'])).toThrow(/^--port: .+\n--demo: .+$/)
})

test('names an option that does not exist', () => {
  expect(() => readOptions(['--prot', '1'])).toThrow(/Unknown option '--prot'.* Known options: .*--port/)
})

test('a certificate without its key is refused', () => {
  expect(() => readOptions(['--tls-cert', 'c.pem'])).toThrow(/go together/)
})
