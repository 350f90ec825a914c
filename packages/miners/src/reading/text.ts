import { maxTextLength } from '@headframe/protocol'

/** Text from a miner: no control or direction characters, no edges of white space, cut to the limit [X5]. Empty is `null`. */
export function text(value: unknown): string | null {
  const clean = kept(value)
  return clean === '' ? null : clean
}

/** As `text`, but an empty text stays one: an empty pool slot is known to be empty. */
export function kept(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  return String(value).replaceAll(unprintable, '').trim().slice(0, maxTextLength).toWellFormed()
}

// C0 and C1 controls, line separators, and the direction overrides that make text read backwards.
const unprintable = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** A setting as a form field: texts, numbers and flags; anything else is no setting. */
export function setting(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

/** Upper case with colons; `null` for anything that is not twelve hex digits, and for all zeros. */
export function mac(value: unknown): string | null {
  if (typeof value !== 'string' || !/^\s*(?:[0-9a-f]{12}|[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5})\s*$/i.test(value))
    return null
  const digits = value.replaceAll(/[^0-9a-f]/gi, '').toUpperCase()
  return /^0+$/.test(digits) ? null : (digits.match(/../g)?.join(':') ?? null)
}
