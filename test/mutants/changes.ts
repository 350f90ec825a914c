import { bracketsOf, tokensOf, type Token } from './tokens.ts'

interface Parsed {
  readonly source: string
  readonly tokens: readonly Token[]
  readonly pairs: ReadonlyMap<number, number>
}

/** One small mistake that somebody could make. */
export interface Change {
  readonly operator: Operator
  readonly start: number
  readonly end: number
  readonly text: string
}

type Operator =
  | 'comparison'
  | 'boolean'
  | 'arithmetic'
  | 'constant'
  | 'removed call'
  | 'swapped branches'
  | 'early return'

const swaps = new Map<string, readonly [Operator, string]>(
  Object.entries({
    '<': ['comparison', '<='],
    '<=': ['comparison', '<'],
    '>': ['comparison', '>='],
    '>=': ['comparison', '>'],
    '===': ['comparison', '!=='],
    '!==': ['comparison', '==='],
    '&&': ['boolean', '||'],
    '||': ['boolean', '&&'],
    true: ['boolean', 'false'],
    false: ['boolean', 'true'],
    '+': ['arithmetic', '-'],
    '-': ['arithmetic', '+'],
    '*': ['arithmetic', '+'],
  }),
)

/** All changes of a source whose types were blanked out: positions are those of the source with its types. */
export function changesOf(source: string): Change[] {
  const tokens = tokensOf(source)
  const parsed: Parsed = { source, tokens, pairs: bracketsOf(tokens) }
  const changes: Change[] = []
  for (const [index, token] of tokens.entries()) {
    if (tokens[index - 1]?.text === 'import') continue
    changes.push(
      ...swapOf(token, tokens[index + 1]),
      ...constantOf(token, tokens[index - 1]),
      ...removalOf(parsed, index),
      ...branchesOf(parsed, index),
      ...earlyReturnOf(parsed, index),
    )
  }
  return changes
}

function swapOf({ kind, text, start, end }: Token, after: Token | undefined): Change[] {
  // `512 * 1024` is a size.
  if (text === '*' && after?.kind === 'number') return []
  const swap = kind === 'text' ? undefined : swaps.get(text)
  if (swap) return [{ operator: swap[0], start, end, text: swap[1] }]
  if (kind === 'mark' && text === '!') return [{ operator: 'boolean', start, end, text: '' }]
  return []
}

function constantOf({ kind, text, start, end }: Token, before: Token | undefined): Change[] {
  if (kind !== 'number' || before?.text === '.') return []
  const value = Number(text.replaceAll('_', ''))
  // Sizes and times are chosen by measurement: half of one is another choice, not a mistake.
  if (!Number.isFinite(value) || value > 9) return []
  const others = value === 0 ? [1] : [value + 1, 0]
  return others.map(other => ({ operator: 'constant', start, end, text: `${other}` }))
}

const noCall = new Set([
  'return',
  'const',
  'let',
  'if',
  'for',
  'while',
  'switch',
  'case',
  'function',
  'async',
  'export',
  'import',
  'class',
  'throw',
  'else',
  'try',
  'catch',
  'finally',
  'do',
  'static',
  'get',
  'set',
  'super',
  'constructor',
  'break',
  'continue',
  'default',
])

/** A statement that is a call, and nothing else. */
function removalOf({ tokens, pairs }: Parsed, index: number): Change[] {
  const first = tokens[index]
  const before = tokens[index - 1]
  if (!first || first.kind !== 'word' || noCall.has(first.text) || !before) return []
  const afterCondition = before.text === ')' && isCondition(tokens, pairs, index - 1)
  const ownLine = first.leads && (['{', '}', ')', ']'].includes(before.text) || before.kind !== 'mark')
  if (!afterCondition && !(ownLine && before.text !== '=>')) return []
  const end = callEnd(tokens, pairs, index)
  const last = end === null ? undefined : tokens[end]
  return last ? [{ operator: 'removed call', start: first.start, end: last.end, text: 'void 0' }] : []
}

const isCondition = (tokens: readonly Token[], pairs: ReadonlyMap<number, number>, close: number) =>
  ['if', 'for', 'while'].includes(tokens[(pairs.get(close) ?? 0) - 1]?.text ?? '')

/** The token that ends a call which begins here; null when it is none, or goes on as something else. */
function callEnd(tokens: readonly Token[], pairs: ReadonlyMap<number, number>, from: number): number | null {
  let called = false
  let at = from
  for (;;) {
    const token = tokens[at]
    if (!token) return null
    if (at > from && token.leads && !['.', '?.'].includes(token.text)) return called ? at - 1 : null
    if (token.text === '}' || token.text === ';') return called ? at - 1 : null
    if (token.text === '(' || token.text === '[') {
      called = token.text === '('
      at = (pairs.get(at) ?? at) + 1
    } else if (token.kind === 'word' || ['.', '?.', '!'].includes(token.text)) {
      called = false
      at += 1
    } else return null
  }
}

/** The condition of an `if` the other way round, or the two ends of a `?:`. */
function branchesOf({ source, tokens, pairs }: Parsed, index: number): Change[] {
  const token = tokens[index]
  const open = tokens[index + 1]
  const close = tokens[pairs.get(index + 1) ?? -1]
  const operator = 'swapped branches'
  if (token?.text === 'if' && open && close) {
    return [{ operator, start: open.end, end: close.start, text: `!(${source.slice(open.end, close.start)})` }]
  }
  const ends = token?.text === '?' ? endsOf({ source, tokens, pairs }, index) : null
  if (!token || !ends) return []
  const [yes, no] = [source.slice(token.end, ends.colon.start), source.slice(ends.colon.end, ends.last.end)]
  return [{ operator, start: token.end, end: ends.last.end, text: `${no} : ${yes}` }]
}

const closing = new Set([',', ')', ']', '}', ';', ':'])
const continues = /^[?:.&|+*/%<>=-]/

function endsOf({ tokens, pairs }: Parsed, from: number): { colon: Token; last: Token } | null {
  let colon: Token | null = null
  let nested = 0
  let at = from + 1
  for (;;) {
    const token = tokens[at]
    const last = tokens[at - 1]
    if (!token || !last) return null
    if (token.text === '?') nested += 1
    else if (token.text === ':' && nested > 0) nested -= 1
    else if (token.text === ':' && !colon) colon = token
    else if (colon && (closing.has(token.text) || (token.leads && !continues.test(token.text)))) return { colon, last }
    at = '([{'.includes(token.text) && token.kind === 'mark' ? (pairs.get(at) ?? at) + 1 : at + 1
  }
}

function earlyReturnOf({ tokens, pairs }: Parsed, index: number): Change[] {
  const [before, token] = [tokens[index - 1], tokens[index]]
  if (token?.text !== '{' || !(before?.text === '=>' || before?.text === ')')) return []
  const keyword = tokens[(pairs.get(index - 1) ?? 0) - 1]?.text
  if (before.text === ')' && keyword === 'switch') return []
  return [{ operator: 'early return', start: token.end, end: token.end, text: ' return;' }]
}
