import { z } from 'zod'
import type { Credentials, SealedRequest } from '../driver.ts'
import { MinerError } from '../miner-error.ts'
import { parseReply } from '../reading/repair.ts'
import type { TransportMemory } from './memory.ts'
import { openV2, sealKeys, sealV2, type SealKeys } from './whatsminer-seal.ts'

/** Sends one command to 4028 and gives the text that comes back. */
export type Ask = (command: object) => Promise<string>

/** Sealed writes. The token of a miner is remembered: a miner holds only a few at a time. */
export function createSealed(
  memory: TransportMemory,
): (request: SealedRequest, credentials: Credentials, ask: Ask) => Promise<string> {
  return async (request, credentials, ask) => {
    const kept = memory.sealKeys
    const keys = kept ?? (await fetchKeys(credentials, ask))
    memory.sealKeys = keys
    const reply = await writeOnce(request, keys, ask)
    if (kept === null || codeOf(reply) !== tokenExpired) return reply
    // The miner turned an old token down, so that nothing was done: this is no second write [C2].
    const renewed = await fetchKeys(credentials, ask)
    memory.sealKeys = renewed
    return await writeOnce(request, renewed, ask)
  }
}

const tokenExpired = 135
const tooManyTokens = 136

async function writeOnce(request: SealedRequest, keys: SealKeys, ask: Ask): Promise<string> {
  const text = await ask(sealV2(request.cmd, request.fields, keys))
  const sealed = sealedReply.safeParse(parseReply(text).value)
  // Errors may come back unsealed.
  if (!sealed.success) return text
  const opened = openV2(sealed.data.enc, keys)
  if (opened === null) throw new MinerError('bad-reply', 'the sealed reply does not open with the key of this password')
  return opened
}

const sealedReply = z.object({ enc: z.string().max(1_000_000) })
const tokenReply = z.object({
  Msg: z.object({
    time: z.coerce.string().max(64),
    salt: z.string().max(64),
    newsalt: z.string().max(64),
  }),
})

/** Nothing is written here: whatever fails has not acted. */
async function fetchKeys(credentials: Credentials, ask: Ask): Promise<SealKeys> {
  try {
    const text = await ask({ cmd: 'get_token' })
    const token = tokenReply.safeParse(parseReply(text).value)
    if (token.success) return sealKeys(credentials.password, token.data.Msg)
    throw tokenRefused(text)
  } catch (error) {
    if (!(error instanceof MinerError)) throw error
    throw new MinerError(error.code, error.message, { cause: error, sent: false })
  }
}

function tokenRefused(text: string): MinerError {
  if (codeOf(text) === tooManyTokens || /over max connect/i.test(text)) {
    return new MinerError('busy', 'the miner has given out all its tokens: they run out after half an hour')
  }
  if (/can't access write cmd/i.test(text)) {
    return new MinerError(
      'api-disabled',
      'the owner must allow writes over the API first, with WhatsMinerTool or a new admin password',
    )
  }
  return new MinerError('bad-reply', 'the miner gave no token')
}

const coded = z.object({ Code: z.number() })

function codeOf(text: string): number | null {
  try {
    const parsed = coded.safeParse(parseReply(text).value)
    return parsed.success ? parsed.data.Code : null
  } catch {
    return null
  }
}
