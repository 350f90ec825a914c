import { createHash } from 'node:crypto'
import type { Inside } from '../protocol.ts'
import { text } from '../random.ts'
import { md5Crypt } from './md5-crypt.ts'

interface Token {
  readonly time: string
  readonly salt: string
  readonly newsalt: string
}

/** The writing side of API 2: a few tokens of half an hour, and the key that follows from the password. */
export interface Tokens {
  /** `null` when too many are out. */
  issue(): Token | null
  isGood(sign: string): boolean
  key(): Buffer
}

const mostTokens = 16
const lifeMs = 30 * 60_000
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export function tokensOf(inside: Inside): Tokens {
  const { seed } = inside.identity
  const salt = text({ seed, channel: 630 }, 8, letters)
  const secret = remembered(password => md5Crypt(password, salt))
  const good = new Map<string, number>()
  let issued = 0
  return {
    issue: () => {
      const now = inside.now()
      for (const [sign, until] of good) if (until <= now) good.delete(sign)
      if (good.size >= mostTokens) return null
      issued += 1
      const newsalt = text({ seed: seed + issued, channel: 631 }, 8, letters)
      const time = String(Math.floor(now / 1000) % 10_000)
      good.set(md5Crypt(secret(inside.password('admin')) + time, newsalt), now + lifeMs)
      return { time, salt, newsalt }
    },
    isGood: sign => (good.get(sign) ?? 0) > inside.now(),
    key: () =>
      createHash('sha256')
        .update(secret(inside.password('admin')))
        .digest(),
  }
}

// A thousand rounds of MD5 are milliseconds: done once for each password.
function remembered(of: (input: string) => string): (input: string) => string {
  let last: { input: string; output: string } | null = null
  return input => {
    if (last?.input !== input) last = { input, output: of(input) }
    return last.output
  }
}
