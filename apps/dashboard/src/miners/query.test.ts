import { array, assert, constantFrom, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { parseQuery, termText, withoutTerm } from './query.ts'

const testsOf = (text: string) => parseQuery(text).map(term => term.test)

test('words, words in quotes, and words to be absent', () => {
  expect(parseQuery('S21 "Antminer S19" -bitaxe').map(({ negated, test }) => ({ negated, test }))).toEqual([
    { negated: false, test: { kind: 'word', word: 's21' } },
    { negated: false, test: { kind: 'word', word: 'antminer s19' } },
    { negated: true, test: { kind: 'word', word: 'bitaxe' } },
  ])
})

test('fields with a word, by any of their names', () => {
  expect(testsOf('state:fault ip:10.0 pool:"eu pool"')).toEqual([
    { kind: 'text', field: 'state', word: 'fault' },
    { kind: 'text', field: 'address', word: '10.0' },
    { kind: 'text', field: 'pool', word: 'eu pool' },
  ])
})

test('numbers with a comparison, times with a unit', () => {
  expect(testsOf('temp>80 hashrate<=50.5 uptime<2h age>90 power:3500')).toEqual([
    { kind: 'number', field: 'temp', is: '>', value: 80 },
    { kind: 'number', field: 'hashrate', is: '<=', value: 50.5 },
    { kind: 'number', field: 'uptime', is: '<', value: 7_200_000 },
    { kind: 'number', field: 'age', is: '>', value: 90_000 },
    { kind: 'number', field: 'power', is: '=', value: 3500 },
  ])
})

test('a MAC and an address with a port are words that hold a colon', () => {
  expect(testsOf('02:1a:00 pool.example:3333')).toEqual([
    { kind: 'word', word: '02:1a:00' },
    { kind: 'word', word: 'pool.example:3333' },
  ])
})

test('what is not understood says why', () => {
  expect(parseQuery('state:happy temp>warm model>3 speed>4').map(termText)).toEqual([
    'state:happy: state is one of unknown, offline, curtailed, paused, fault, hot, low, hashing',
    'temp>warm: “warm” is not a number',
    'model>3: “model” is not a number',
    'speed>4: there is no number “speed”',
  ])
})

test('chips say what was understood', () => {
  expect(parseQuery('s21 -state:low temp>80 uptime<90m').map(termText)).toEqual([
    '“s21”',
    'not state: low',
    'temp > 80 °C',
    'uptime < 1.5 h',
  ])
})

test('taking a chip away leaves the others as they were typed', () => {
  const terms = parseQuery('s21  temp>80 "a b"')
  expect(withoutTerm(terms, terms[1]!)).toBe('s21 "a b"')
})

test('no text makes it fail, and what it read it reads again the same', () => {
  const pieces = array(constantFrom('temp', '>', ':', '"', '-', ' ', 'state', '80', 'a', '=')).map(parts =>
    parts.join(''),
  )
  assert(
    property(pieces, text => {
      const terms = parseQuery(text)
      const again = parseQuery(terms.map(term => term.source).join(' '))
      expect(again.map(term => term.test)).toEqual(terms.map(term => term.test))
    }),
  )
  assert(property(string(), text => parseQuery(text).length <= 20))
})
