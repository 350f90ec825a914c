import { minerStates, problemCode, reachStates } from '@headframe/protocol'

const textFields = [
  'state',
  'model',
  'make',
  'firmware',
  'address',
  'mac',
  'serial',
  'host',
  'pool',
  'worker',
  'driver',
  'relay',
  'problem',
  'cause',
  'reach',
] as const
export type TextField = (typeof textFields)[number]

/** With the unit that a bare number is taken in. */
const numberFields = {
  hashrate: 'TH/s',
  expected: 'TH/s',
  power: 'W',
  eff: 'J/TH',
  temp: '°C',
  board: '°C',
  inlet: '°C',
  fan: 'RPM',
  boards: '',
  accepted: '%',
  uptime: 'span',
  age: 'span',
} as const
export type NumberField = keyof typeof numberFields
type Comparison = '<' | '<=' | '>' | '>=' | '='

export type Test =
  | { readonly kind: 'word'; readonly word: string }
  | { readonly kind: 'text'; readonly field: TextField; readonly word: string }
  | { readonly kind: 'number'; readonly field: NumberField; readonly is: Comparison; readonly value: number }
  | { readonly kind: 'bad'; readonly reason: string }

/** One part of a query, as typed and as understood. */
export interface Term {
  readonly source: string
  readonly negated: boolean
  readonly test: Test
}

const aliases: Readonly<Record<string, TextField | NumberField>> = {
  ip: 'address',
  addr: 'address',
  hostname: 'host',
  user: 'worker',
  jth: 'eff',
  efficiency: 'eff',
  chip: 'temp',
  hash: 'hashrate',
  fans: 'fan',
}

// An optional minus, an optional field with its operator, then words in quotes or up to the next blank.
const termPattern = /(-?)(?:([a-z]+)(:|<=|>=|<|>|=))?("[^"]*"?|[^\s"]\S*)/gi
const mostTerms = 20

/** What a person typed, as terms that all have to hold. Never fails: what is not understood is told as such. */
export function parseQuery(text: string): Term[] {
  return [...text.matchAll(termPattern)].slice(0, mostTerms).map(match => {
    const [source, minus = '', field = '', operator = '', rest = ''] = match
    const word = rest.replaceAll('"', '').toLowerCase()
    return { source, negated: minus === '-', test: testOf(field.toLowerCase(), operator, word) }
  })
}

/** The query without one of its terms. */
export function withoutTerm(terms: readonly Term[], term: Term): string {
  return terms
    .filter(one => one !== term)
    .map(one => one.source)
    .join(' ')
}

function testOf(name: string, operator: string, word: string): Test {
  if (operator === '') return { kind: 'word', word }
  const field = aliases[name] ?? name
  const number = numberFieldOf(field)
  if (number) return numberTest(number, operator, word)
  const text = textFields.find(one => one === field)
  // `aa:bb:cc` is a MAC and `pool.example:3333` an address: words that happen to hold a colon.
  if (!text) return operator === ':' ? { kind: 'word', word: `${name}:${word}` } : bad(`there is no number “${name}”`)
  if (operator !== ':' && operator !== '=') return bad(`“${name}” is not a number`)
  return checkedWord(text, word)
}

function checkedWord(field: TextField, word: string): Test {
  const known = wordsOf(field)
  if (known && !known.some(one => one.startsWith(word))) return bad(`${field} is one of ${known.join(', ')}`)
  return { kind: 'text', field, word }
}

function wordsOf(field: TextField): readonly string[] | null {
  if (field === 'state') return minerStates
  if (field === 'problem') return ['any', ...problemCode.options]
  if (field === 'cause') return problemCode.options
  return field === 'reach' ? reachStates : null
}

function numberTest(field: NumberField, operator: string, word: string): Test {
  const value = numberFields[field] === 'span' ? spanMs(word) : plainNumber(word)
  if (value === null) return bad(`“${word}” is not a ${numberFields[field] === 'span' ? 'time such as 10m' : 'number'}`)
  const is = comparisons.find(one => one === operator) ?? '='
  return { kind: 'number', field, is, value }
}

const comparisons = ['<', '<=', '>', '>=', '='] as const
const spanUnits: Readonly<Record<string, number>> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

function spanMs(word: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(s|m|min|h|d)?$/.exec(word)
  const unit = spanUnits[match?.[2] ?? 's']
  return match && unit !== undefined ? Number(match[1]) * unit : null
}

function plainNumber(word: string): number | null {
  return /^-?\d+(\.\d+)?$/.test(word) ? Number(word) : null
}

function numberFieldOf(field: string): NumberField | null {
  return isNumberField(field) ? field : null
}

const isNumberField = (field: string): field is NumberField => Object.hasOwn(numberFields, field)

const bad = (reason: string): Test => ({ kind: 'bad', reason })

/** A term in words, for its chip. */
export function termText({ source, negated, test }: Term): string {
  const not = negated ? 'not ' : ''
  switch (test.kind) {
    case 'word':
      return `${not}“${test.word}”`
    case 'text':
      return `${not}${test.field}: ${test.word}`
    case 'number':
      return `${not}${test.field} ${test.is} ${numberText(test.field, test.value)}`
    case 'bad':
      return `${source}: ${test.reason}`
  }
}

function numberText(field: NumberField, value: number): string {
  const unit = numberFields[field]
  if (unit !== 'span') return `${value} ${unit}`.trim()
  const step = value >= 86_400_000 ? 'd' : value >= 3_600_000 ? 'h' : value >= 60_000 ? 'm' : 's'
  return `${value / (spanUnits[step] ?? 1)} ${step === 'm' ? 'min' : step}`
}
