import { leaseAnswer, leaseAsk } from '@headframe/protocol'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { z } from 'zod'

/**
 * What a box and a witness say to each other, over plain HTTP on the site's own network: nothing of it is secret, and all
 * of it is signed with what they share. A request counts once: it carries a nonce that the witness gave this box before.
 */
export const witnessPath = '/lease'
export const signatureHeader = 'x-headframe-signature'
/** Of an answer to a request that is not signed with what this witness shares. */
export const refusedStatus = 403
/** A request and an answer are far shorter. */
export const maxBodyBytes = 4096

const name = z.string().min(1).max(128)
export const witnessAsk = leaseAsk.extend({ box: name, nonce: z.string().max(64) })

export const witnessAnswer = z.object({
  /** `null` when the nonce was not good: ask again with the next. */
  answer: leaseAnswer.nullable(),
  nonce: z.string().max(64),
})
export type WitnessAnswer = z.infer<typeof witnessAnswer>

/** @param of `ask`, or the signature of the request that is answered, so that no answer fits another request */
export const sign = (secret: Buffer, of: string, body: string): string =>
  createHmac('sha256', secret).update(`headframe lease v1\n${of}\n${body}`).digest('base64')

export function isSigned(signed: string, by: string): boolean {
  const [a, b] = [Buffer.from(signed), Buffer.from(by)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Reads the secret of a pair and its witness. One that others can read is none. */
export function readSecret(path: string): Buffer {
  if ((statSync(path).mode & 0o077) !== 0) throw new Error(`${path}: others may read it; chmod 600 it`)
  const secret = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64')
  if (secret.length < leastSecretBytes) throw new Error(`${path}: holds no secret; copy that of the witness`)
  return secret
}

const leastSecretBytes = 16
