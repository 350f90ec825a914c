import type { Challenge } from './digest.ts'
import type { SealKeys } from './whatsminer-seal.ts'

/** What a transport remembers of its miner. Keep it and let the transport go: it is small, and most miners need none of it. */
export type TransportMemory = {
  /** Digest logins by port and account. */
  logins: Map<string, Login> | null
  /** The token of a WhatsMiner: it gives out only a few at a time. */
  sealKeys: SealKeys | null
}

/** The last nonce, or that the owner has switched the login off. */
export type Login = Nonce | 'open'
export type Nonce = { readonly challenge: Challenge; readonly cnonce: string; count: number }

export const createTransportMemory = (): TransportMemory => ({ logins: null, sealKeys: null })
