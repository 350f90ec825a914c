import { MinerError } from '../miner-error.ts'

export type Parsed = { readonly value: unknown; readonly partial: boolean }

/**
 * The JSON in a miner's reply. Repairs are tried only when a plain parse fails, because they change meaning.
 * Each is for firmware that was seen to send such text; see `repair.test.ts` for one example of each.
 */
export function parseReply(reply: string): Parsed {
  const text = reply.replaceAll('\0', '').trim()
  if (text === '') throw new MinerError('bad-reply', 'the miner sent an empty reply')
  // Antminer web proxies answer so while the mining process is not up.
  if (text.startsWith('Socket connect failed')) throw new MinerError('not-ready', 'the mining process is not up yet')
  const plain = tryParse(text)
  if (plain) return { value: plain.value, partial: false }
  const mended = mend(tokens(text))
  const whole = tryParse(mended)
  if (whole) return { value: whole.value, partial: false }
  const part = tryParse(closeCut(tokens(mended)))
  if (part) return { value: part.value, partial: true }
  throw new MinerError('bad-reply', 'the reply is not JSON and could not be repaired')
}

function tryParse(text: string): { readonly value: unknown } | null {
  try {
    const value: unknown = JSON.parse(text)
    return { value }
  } catch {
    return null
  }
}

/** Whole string literals, single brackets, commas and colons, and the runs between them. An open string comes last. */
function tokens(text: string): readonly string[] {
  return text.match(/"(?:[^"\\]|\\.)*"|"[^]*$|[[\]{},:]|[^"[\]{},:]+/g) ?? []
}

function mend(found: readonly string[]): string {
  const clean = found.map(oneToken).filter(token => token !== '')
  const started = clean[0] === ',' ? ['{', ...clean.slice(1)] : clean
  return listsToObjects(commas(started)).join('')
}

function oneToken(token: string): string {
  // Raw line breaks inside a text: old cgminer builds.
  if (token.startsWith('"')) return token.replaceAll(/\p{Cc}/gu, '')
  const bare = token.trim()
  // Avalon and cgminer print C floats.
  return /^[+-]?(?:inf|infinity|nan)$/i.test(bare) ? 'null' : bare
}

function commas(found: readonly string[]): readonly string[] {
  return found.flatMap((token, index) => {
    const next = found[index + 1] ?? ''
    const before = found[index - 1] ?? ''
    // Old bmminer: `,}` and `,]`. Old btminer: `[,{`.
    if (token === ',' && (next === '}' || next === ']' || before === '[' || before === '{')) return []
    // bmminer and cgminer 4.9: `}{` in a list. btminer 2023-01-06: a value directly followed by the next key.
    const touching = endsValue.test(token) && startsValue.test(next)
    return touching ? [token, ','] : [token]
  })
}

const endsValue = /[^[{,:]$/
const startsValue = /^[^\]},:]/

/** WhatsMiner API 2.0.4 writes `["329":"time"]`. */
function listsToObjects(found: readonly string[]): readonly string[] {
  const open: boolean[] = []
  return found.map((token, index) => {
    if (token === '[' || token === '{') {
      const keyed = token === '[' && (found[index + 1] ?? '').startsWith('"') && found[index + 2] === ':'
      open.push(keyed)
      return keyed ? '{' : token
    }
    if (token !== ']' && token !== '}') return token
    return open.pop() === true ? '}' : token
  })
}

/** A reply that was cut off: everything up to the last comma that follows a whole value, with its brackets closed. */
function closeCut(found: readonly string[]): string {
  const open: string[] = []
  let cut = { at: 0, closers: '' }
  for (const [index, token] of found.entries()) {
    if (token === '{') open.push('}')
    else if (token === '[') open.push(']')
    else if (token === '}' || token === ']') open.pop()
    if (token === ',' || token === '}' || token === ']') {
      cut = { at: token === ',' ? index : index + 1, closers: open.toReversed().join('') }
    }
  }
  return found.slice(0, cut.at).join('') + cut.closers
}
