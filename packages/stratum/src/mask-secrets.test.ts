import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskSecrets } from './mask-secrets.ts'

const bytesOf = (text: string) => Buffer.from(text, 'utf8')
const masked = (text: string) => Buffer.from(maskSecrets(bytesOf(text))).toString('utf8')

/** A JSON string in one of its many spellings. */
const spelled = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.infiniteStream(fc.boolean())).map(([value, escapes]) => {
    const chars = value.split('').map(char => {
      const escape = escapes.next().value === true
      return escape ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : JSON.stringify(char).slice(1, -1)
    })
    return `"${chars.join('')}"`
  })
const blank = fc.stringMatching(/^[ \t]{0,2}$/)
const anyText = fc.string({ unit: 'grapheme', maxLength: 12 })

const authorizeLine = fc
  .record({
    method: spelled(fc.constant('mining.authorize')),
    methodKey: spelled(fc.constant('method')),
    paramsKey: spelled(fc.constant('params')),
    user: spelled(anyText),
    password: spelled(anyText),
    // No object: a key of it may itself be named like a secret.
    id: fc.jsonValue({ maxDepth: 0 }).map(id => JSON.stringify(id)),
    space: blank,
    end: fc.constantFrom('\n', '\r\n', ''),
    order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
  })
  .map(({ order, space, end, ...line }) => {
    const params = (password: string) => `${line.paramsKey}:${space}[${space}${line.user},${space}${password}${space}]`
    const members = (password: string) => [
      `${line.methodKey}${space}:${line.method}`,
      params(password),
      `"id":${space}${line.id}`,
    ]
    const make = (password: string) =>
      `${space}{${order.map(index => members(password)[index]).join(`${space},`)}}${space}${end}`
    const hidden = `"${'*'.repeat(bytesOf(line.password).length - 2)}"`
    return { line: make(line.password), wanted: make(hidden) }
  })

test('[X1] hides the password of an authorize in any spelling, and changes nothing else', () => {
  fc.assert(
    fc.property(authorizeLine, ({ line, wanted }) => {
      expect(masked(line)).toBe(wanted)
    }),
    { numRuns: 500 },
  )
})

test('[X1] keeps the length, and JSON stays JSON, whatever the parameters', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.boolean(), (params, first) => {
      const request = first ? { params, method: 'mining.authorize' } : { method: 'mining.authorize', params }
      const line = JSON.stringify(request)
      expect(bytesOf(masked(line))).toHaveLength(bytesOf(line).length)
      expect(JSON.parse(masked(line))).toMatchObject({ method: 'mining.authorize' })
    }),
  )
})

test('[X1] shows nothing of the password in any piece of the line', () => {
  const whole = '{"params": ["user.worker", "Q9~xyz7"], "id": 2, "method": "mining.authorize"}'
  const pieces = Array.from({ length: whole.length }, (_, at) => masked(whole.slice(0, at)))
  expect(pieces.filter(piece => /[Q9~xyz7]/.test(piece.replace('authoriz', '')))).toEqual([])
})

test('[X1] keeps the length of any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
      expect(maskSecrets(bytes)).toHaveLength(bytes.length)
    }),
  )
})

test('leaves the lines that hold no secret as they are, the same bytes', () => {
  const raw = bytesOf('{"id":4,"method":"mining.submit","params":["u","bf","00000001","504e86ed","b2957c02"]}\n')
  expect(maskSecrets(raw)).toBe(raw)
})

test.each([
  [
    '{"id":1,"method":"mining.authorize","params":["u","secret"]}',
    '{"id":1,"method":"mining.authorize","params":["u","******"]}',
  ],
  ['{"method":"mining.authorize","params":["u",123456]}', '{"method":"mining.authorize","params":["u","****"]}'],
  ['{"method":"mining.authorize","params":["u",7]}', '{"method":"mining.authorize","params":["u",0]}'],
  ['{"method":"mining.authorize","params":["u",null,"x"]}', '{"method":"mining.authorize","params":["u",null,"*"]}'],
  ['{"method":"mining.authorize","params":["u"]}', '{"method":"mining.authorize","params":["u"]}'],
  ['{"method":"mining.authorize","params":[["u","p"]]}', '{"method":"mining.authorize","params":[["*","*"]]}'],
  ['{"method":"mining.authorize","params":"u:p"}', '{"method":"mining.authorize","params":"***"}'],
  [
    '{"method":"mining.authorize","params":{"user":"u","pass":"p"}}',
    '{"method":"mining.authorize","params":{"user":"u","pass":"*"}}',
  ],
  [
    '{"method":"mining.authorize","params":["u",{"k":["p",-1.5]}]}',
    '{"method":"mining.authorize","params":["u",{"k":["*","**"]}]}',
  ],
  ['{"method":"Mining.Authorize","params":["u","p"]}', '{"method":"Mining.Authorize","params":["u","*"]}'],
  ['{"method":"login","params":{"login":"u","pass":"p"}}', '{"method":"login","params":{"login":"*","pass":"*"}}'],
  [
    '{"method":"mining.submit","method":"mining.authorize","params":["u","p"]}',
    '{"method":"mining.submit","method":"mining.authorize","params":["u","*"]}',
  ],
  [
    '{"method":"mining.authorize","params":["u","p"],"params":["u","q"]}',
    '{"method":"mining.authorize","params":["u","*"],"params":["u","*"]}',
  ],
  [
    '{"method":"mining.authorize","password":"p","params":[]}',
    '{"method":"mining.authorize","password":"*","params":[]}',
  ],
  ['[{"method":"mining.authorize","params":["u","p"]}]', '[{"method":"mining.authorize","params":["u","*"]}]'],
  ['{"method":"mining.authorize","params":["u","a\\"b\\\\"]}', '{"method":"mining.authorize","params":["u","******"]}'],
])('[X1] masks %s', (line, wanted) => {
  expect(masked(line)).toBe(wanted)
})

test('[X1] masks a password that is not UTF-8', () => {
  const raw = Buffer.from('{"method":"mining.authorize","params":["u","\xfcber"]}', 'latin1')
  expect(Buffer.from(maskSecrets(raw)).toString('latin1')).toBe('{"method":"mining.authorize","params":["u","****"]}')
})

test.each([
  [
    '{"id":2,"method":"mining.authorize","params":["u","secr',
    '{"**":*,"******":"****************","******":["*","****',
  ],
  ['{"params": ["u","secr', '{"******": ["*","****'],
  ['{"m\\u0065thod":"x","params":["u","p"', '{"***********":"*","******":["*","*"'],
])('[X1] hides all text of the broken line %s', (line, wanted) => {
  expect(masked(line)).toBe(wanted)
})

test.each([
  'GET / HTTP/1.1\r\n',
  '{"id":2,"method":"mining.submit","params":["u","jo',
  'PROXY TCP4 127.0.0.1 127.0.0.2 1 2\r\n',
])('leaves the broken line %j, which is about no password', line => {
  expect(masked(line)).toBe(line)
})

test('takes a megabyte of brackets', () => {
  const line = `{"method":"mining.authorize","params":["u",${'['.repeat(500_000)}"p"${']'.repeat(500_000)}]}`
  expect(masked(line)).toBe(line.replace('"p"', '"*"'))
})

test.each([
  ['{"id":1,"method":"mining.subscribe","params":["agent"],"password":"hunter22"}', '"********"}'],
  ['{"id":1,"method":"mining.subscribe","params":[{"user":"u","us\\u0065rPass":"hunter22"}]}', '"********"}]}'],
  ['{"id":1,"method":["mining.authorize"],"params":["u","hunter22"]}', '["u","********"]}'],
  ['{"id":1,"params":["u","hunter22"]}', '["u","********"]}'],
  ['[[{"id":1,"method":"mining.authorize","params":["u","hunter22"]}]]', '["*","********"]}]]'],
  ['{"batch":[{"method":"mining.authorize","params":["u","hunter22"]}]}', '["*","********"]}]}'],
])('[X1] hides a password where it does not belong: %s', (line, end) => {
  expect(masked(line).slice(-end.length)).toBe(end)
  expect(() => JSON.parse(masked(line))).not.toThrow()
})

test.each([
  '{"id":4,"method":"mining.submit","params":["author.1","bf","00","504e86ed","b2957c02"]}',
  '{"id":4,"result":"authentic/1.0","error":null}',
])('leaves %s as it is', line => {
  expect(masked(line)).toBe(line)
})

test('[X1] takes a megabyte of secrets within secrets in its stride', () => {
  const depth = 20_000
  const line = `{"params":${'{"pass":'.repeat(depth)}1${'}'.repeat(depth)}}`
  expect(masked(line)).toContain(':0}')
})
