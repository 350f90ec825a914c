import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

const needed = ['--data', 'd', '--assets', 'a', '--worker', 'w']

test('has defaults for what may be left out', () => {
  expect(readOptions(needed, {})).toEqual({
    data: 'd',
    assets: 'a',
    worker: 'w',
    host: '127.0.0.1',
    port: 8787,
    'relay-port': 0,
    demo: false,
  })
})

test('takes secrets from the environment, and nothing else of it', () => {
  const environment = { HEADFRAME_SETUP_CODE: 'setup-code', HEADFRAME_LOCAL_CODE: 'local-code', HOME: '/root' }
  expect(readOptions([...needed, '--demo', '--port', '0'], environment)).toMatchObject({
    HEADFRAME_SETUP_CODE: 'setup-code',
    HEADFRAME_LOCAL_CODE: 'local-code',
    demo: true,
    port: 0,
  })
})

test.each([
  ['a port that is none', ['--port', 'x'], '--port: '],
  ['a port beyond the last', ['--port', '65536'], '--port: '],
  ['a certificate without its key', ['--tls-cert', 'x.pem'], '--tls-cert: goes together with --tls-key'],
  ['an unknown option', ['--what'], "Unknown option '--what'"],
])('refuses %s, by its name', (_what, words, line) => {
  expect(() => readOptions([...needed, ...words], {})).toThrow(line)
})

test('refuses a code that is too short, and does not repeat it', () => {
  const read = () => readOptions(needed, { HEADFRAME_LOCAL_CODE: 'abc123' })
  expect(read).toThrow('HEADFRAME_LOCAL_CODE: ')
  expect(read).not.toThrow('abc123')
})
