import { linkProof, versions, type CloseName, type UpMessage } from '@headframe/protocol'
import { fromBase64 } from '../base64.ts'
import type { LinkSeat } from './seat.ts'

type Prove = Extract<UpMessage, { type: 'prove' }>
type Hello = Extract<UpMessage, { type: 'hello' }>

export type Proof = { readonly ok: true; readonly box: string } | { readonly ok: false; readonly close: CloseName }

/** Checks that a box has a key that its relay enrolled with, and is the machine that enrolled; else why it is closed. */
export async function judgeProof(seat: LinkSeat, prove: Prove): Promise<Proof> {
  if (prove.relay !== seat.relay) return { ok: false, close: 'unproven' }
  const { control, relay, nonce } = seat
  const proof = linkProof({ control, relay, nonce, instance: prove.instance })
  for (const { publicKey, instance } of seat.boxes) {
    if (!(await verify(publicKey, prove.signature, proof))) continue
    return prove.instance === instance ? { ok: true, box: publicKey } : { ok: false, close: 'duplicateKey' }
  }
  return { ok: false, close: 'unproven' }
}

/** The highest version that both speak. */
export function commonVersion(hello: Hello): number | null {
  const version = Math.min(hello.versions.to, versions.to)
  return version >= Math.max(hello.versions.from, versions.from) ? version : null
}

async function verify(publicKey: string, signature: string, data: Uint8Array<ArrayBuffer>): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('raw', fromBase64(publicKey), 'Ed25519', false, ['verify'])
    return await crypto.subtle.verify('Ed25519', key, fromBase64(signature), data)
  } catch {
    // A key or signature of the wrong length or alphabet throws; it proves nothing either way.
    return false
  }
}
