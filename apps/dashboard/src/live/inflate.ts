import { maxInflatedBytes } from '@headframe/protocol'

/** Undoes `deflate-raw`; throws on what is broken or grows past the limit. */
export async function inflate(deflated: Uint8Array): Promise<Uint8Array> {
  const stream = new DecompressionStream('deflate-raw')
  const writer = stream.writable.getWriter()
  // Its failure is the reader's too, and is reported there.
  const written = Promise.allSettled([writer.write(deflated.slice()), writer.close()])
  const body = await readAll(stream.readable)
  await written
  return body
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  const reader = stream.getReader()
  let size = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value)
    size += part.value.length
    if (size <= maxInflatedBytes) continue
    await reader.cancel()
    throw new Error(`a packed message inflates to more than ${maxInflatedBytes} bytes`)
  }
  return joined(parts, size)
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const body = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    body.set(part, at)
    at += part.length
  }
  return body
}
