import { decodeMessage, type Message } from '@headframe/stratum'

/**
 * Decodes lines from pools. A pool sends the same job to all its miners: the same line gives the same value, decoded once
 * and held once.
 */
export function createDecodeCache(): (body: Uint8Array) => Message {
  const recent = new Map<string, Message>()
  return body => {
    if (body.length < leastBytes || body.length > mostBytes) return decodeMessage(body)
    const key = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1')
    const known = recent.get(key)
    if (known !== undefined) return known
    const message = decodeMessage(body)
    recent.set(key, message)
    const [oldest] = recent.keys()
    if (recent.size > mostLines && oldest !== undefined) recent.delete(oldest)
    return message
  }
}

const leastBytes = 256
const mostBytes = 65_536
const mostLines = 32
