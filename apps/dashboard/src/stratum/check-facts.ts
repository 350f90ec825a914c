/** What the capture found by hashing a share itself, as pairs to show; empty for any other message. */
export function checkFacts(decoded: unknown): readonly (readonly [name: string, value: string])[] {
  const check = isRecord(decoded) ? decoded['check'] : null
  if (!isRecord(check)) return []
  return Object.entries(check).flatMap(([name, value]) => {
    const text = textOf(value)
    return text === null ? [] : [[wordsOf(name), text] as const]
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `null` for what is no single value. */
function textOf(value: unknown): string | null {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return value.toLocaleString('en', { maximumSignificantDigits: 6 })
  return typeof value === 'string' ? value : null
}

function wordsOf(name: string): string {
  const words = name.replaceAll(/([A-Z])/g, ' $1').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
