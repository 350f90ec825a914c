/** The passwords that `maskSecrets` found in a line: what differs between it and its masked form. */
export function secretsBetween(raw: Uint8Array, masked: Uint8Array): Uint8Array[] {
  if (raw === masked) return []
  const found: Uint8Array[] = []
  let from = -1
  for (let at = 0; at <= raw.length; at++) {
    const hidden = at < raw.length && masked[at] === star && raw[at] !== quote
    if (hidden && from < 0) from = at
    if (hidden || from < 0) continue
    found.push(raw.slice(from, at))
    from = -1
  }
  return found.filter(secret => secret.length >= leastBytes && secret.length <= mostBytes)
}

/** The line with every known password in it masked: pools repeat them in their errors. The line itself when it holds none. */
export function maskKnown(raw: Uint8Array, secrets: readonly Uint8Array[]): Uint8Array {
  let masked: Buffer | null = null
  const line = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  for (const secret of secrets) {
    for (let at = line.indexOf(secret); at >= 0; at = line.indexOf(secret, at + 1)) {
      masked ??= Buffer.from(line)
      masked.fill(star, at, at + secret.length)
    }
  }
  return masked ?? raw
}

const star = 42
const quote = 34
/** `x`, `123` and `d=512` are no secrets, and would be found by chance in the hex of a job. */
const leastBytes = 6
const mostBytes = 1024
