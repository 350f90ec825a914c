/** A token of JavaScript, as far as a mutant needs to know. */
export interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'mark'
  readonly text: string
  readonly start: number
  readonly end: number
  /** The first of its line. */
  readonly leads: boolean
}

const word = /[A-Za-z_$#][\w$]*/y
const number = /\d[\w.]*/y
const marks =
  /=>|\?\?=|\?\.|\?\?|\.\.\.|\*\*|===|!==|==|!=|<=|>=|&&=|\|\|=|&&|\|\||\+\+|--|\+=|-=|\*=|\/=|<<|>>>|>>|[{}()[\];,<>+\-*/%&|^!~?:=.@]/y
const blank = /\s+|\/\/[^\n]*|\/\*[^]*?\*\//y
const quoted = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/y
const regex = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y

/** Tokens of a source whose types were blanked out. Templates are one token, whatever they hold. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  let leads = true
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at
    return pattern.exec(source)?.[0] ?? null
  }
  while (at < source.length) {
    const space = match(blank)
    if (space !== null) {
      leads ||= space.includes('\n')
      at += space.length
      continue
    }
    const found = next(tokens.at(-1) ?? null)
    tokens.push({ ...found, start: at, end: at + found.text.length, leads })
    at += found.text.length
    leads = false
  }
  return tokens

  function next(before: Token | null): Pick<Token, 'kind' | 'text'> {
    const text = match(quoted) ?? (source[at] === '`' ? template(source, at) : null)
    if (text !== null) return { kind: 'text', text }
    const pattern = source[at] === '/' && beginsExpression(before) ? match(regex) : null
    if (pattern !== null) return { kind: 'text', text: pattern }
    const name = match(word)
    if (name !== null) return { kind: 'word', text: name }
    const digits = match(number)
    if (digits !== null) return { kind: 'number', text: digits }
    return { kind: 'mark', text: match(marks) ?? source[at] ?? '' }
  }
}

const beginsExpression = (before: Token | null) =>
  before === null || (before.kind === 'mark' && ![')', ']', '}'].includes(before.text)) || before.text === 'return'

/** A template with all that is nested in it. */
function template(source: string, start: number): string {
  let at = start + 1
  let depth = 0
  while (at < source.length) {
    if (source[at] === '\\') at += 1
    else if (depth === 0 && source[at] === '`') return source.slice(start, at + 1)
    else if (depth > 0 && source[at] === '`') at += template(source, at).length - 1
    else if (source[at] === '$' && source[at + 1] === '{') depth += 1
    else if (depth > 0 && source[at] === '}') depth -= 1
    at += 1
  }
  throw new Error('a template that does not end')
}

/** For each opening bracket, the index of the token that closes it, and the other way round. */
export function bracketsOf(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>()
  const open: number[] = []
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind !== 'mark') continue
    if ('([{'.includes(text)) open.push(index)
    else if (')]}'.includes(text)) {
      const start = open.pop() ?? 0
      pairs.set(start, index)
      pairs.set(index, start)
    }
  }
  return pairs
}
