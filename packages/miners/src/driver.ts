import type { Command, CommandKind, Fan, Hashboard, MinerPool, Outcome, Problem, Reading } from '@headframe/protocol'

/** One firmware family: how to know it, how to read it, what can be asked of it. Pure: no I/O, no clock. */
export type Driver = {
  readonly id: string
  readonly name: string
  readonly identify: Identify
  /** No miner of this firmware bears to be read more often, ms. */
  readonly pollFloorMs: number
  readonly read: () => Dialogue<Draft>
  /**
   * Asks less: what moves from minute to minute. The rest stays as `before` told it, a reading of some minutes ago.
   * `null` when only a whole reading will do. Absent where a whole one is a single request.
   */
  readonly refresh?: (before: Reading) => Dialogue<Partial<Draft> | null>
  /** A command that a firmware lacks is absent; that absence is the capability table. */
  readonly commands: { readonly [K in CommandKind]?: CommandDialogue<K> }
}

type Identify = {
  /** Of several drivers that recognise a miner, the lowest number wins: after-market firmware comes before stock. */
  readonly priority: number
  readonly recognises: (answers: Answers) => boolean
  /** Probes that cannot tell otherwise once it is recognised: they are not waited for. */
  readonly settles: readonly Probe[]
  /** Asks the miner who it is. */
  readonly ask: () => Dialogue<Identity>
}

/** What the probes of one address brought back, as text; `null` where there was no answer. */
export type Answers = {
  readonly version: string | null
  readonly devdetails: string | null
  readonly stats: string | null
  readonly getVersion: string | null
  readonly root: HttpReply | null
  readonly axe: string | null
  readonly v3: string | null
}

export type Probe = keyof Answers

export type Identity = Pick<Reading, 'make' | 'model' | 'firmwareVersion' | 'mac' | 'serial' | 'hostname'>

/** A reading as a driver makes it: what it leaves out is `null`. `finishReading` bounds, cleans and completes it. */
export type Draft = Partial<Omit<Reading, 'at' | 'driver' | keyof Parts>> &
  Partial<Parts> &
  Pick<Reading, 'make' | 'firmware'> &
  Expectation

type Parts = {
  readonly hashboards: readonly Hashboard[]
  readonly fans: readonly Fan[]
  readonly pools: readonly MinerPool[]
  readonly problems: readonly Problem[]
}

/** What a machine of this model should have. */
type Expectation = {
  readonly expected?: {
    readonly boards: number | null
    readonly chips: number | null
    readonly fans: number | null
  } | null
}

/** Yields requests and receives replies. A failed request is thrown into it as `MinerError`. */
export type Dialogue<T> = Generator<Request, T, unknown>

export type CommandDialogue<K extends CommandKind> = (
  command: Extract<Command, { kind: K }>,
  deps: CommandDeps,
) => Dialogue<Outcome>

export type CommandDeps = {
  /** Epoch ms. */
  readonly now: () => number
  /** How long an effect may be waited for. */
  readonly observeMs: number
}

export type Request = CgminerRequest | HttpRequest | WhatsminerRequest | SealedRequest | FrameRequest | Wait | Note

/** One JSON command on port 4028. The reply is text. */
export type CgminerRequest = Timed & {
  readonly kind: 'cgminer'
  readonly body: Readonly<Record<string, string | boolean>>
}

/** The reply is an `HttpReply`, whatever its status. */
export type HttpRequest = Timed &
  Writes & {
    readonly kind: 'http'
    readonly method: 'GET' | 'POST' | 'PATCH'
    readonly path: string
    readonly port: number
    readonly auth: 'none' | 'basic' | 'digest'
    /** Whose credentials; `null` only with auth `none`. */
    readonly account: Account | null
    readonly body:
      | null
      | { readonly type: 'json'; readonly value: unknown }
      | { readonly type: 'form'; readonly fields: readonly (readonly [string, string])[] }
  }

/** A WhatsMiner read in the V2 manner: `{"cmd":...}` on port 4028. The reply is text. */
type WhatsminerRequest = Timed & { readonly kind: 'whatsminer'; readonly cmd: string }

/** A WhatsMiner V2 write. The transport gets the token and seals the message; the reply is text, unsealed. */
export type SealedRequest = Timed &
  Writes & {
    readonly kind: 'whatsminer-sealed'
    readonly cmd: string
    readonly fields: Readonly<Record<string, string | number>>
    readonly account: Account
  }

/** A WhatsMiner V3 frame on port 4433. With an account the transport signs it, and seals `param` when asked. */
export type FrameRequest = Timed &
  Writes & {
    readonly kind: 'whatsminer-v3'
    readonly cmd: string
    readonly param: unknown
    readonly account: Account | null
    readonly sealed: boolean
  }

type Wait = { readonly kind: 'wait'; readonly ms: number }

/** No request: something that people should know of this reading, such as a reply that was cut off. */
type Note = { readonly kind: 'note'; readonly text: string }

type Timed = { readonly timeoutMs?: number }
type Writes = {
  /** The request can change the miner: it is never repeated once it may have arrived [C2]. */
  readonly writes?: true
}

export type Credentials = { readonly user: string; readonly password: string }

/** Whose credentials a request needs, and those the vendor publishes, for a miner that has none of its own set. */
export type Account = { readonly driver: string; readonly standard: Credentials }

export type HttpReply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** How requests reach one miner. Rejects with `MinerError`. */
export type Transport = {
  readonly request: (request: Exclude<Request, Note>, signal: AbortSignal) => Promise<unknown>
}
