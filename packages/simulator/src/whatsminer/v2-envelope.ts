import type { WhatsminerModel } from '../model.ts'
import type { Answer, Inside } from '../protocol.ts'
import type { Tokens } from './tokens.ts'

export interface V2 {
  readonly inside: Inside
  readonly model: WhatsminerModel
  readonly tokens: Tokens
}

export interface Status {
  readonly code: number
  readonly text: string | Record<string, unknown>
  readonly isError?: boolean
}

/** The vendor's own envelope: status, code and message at the top. */
export function envelope(v2: V2, status: Status): string {
  return JSON.stringify({
    STATUS: status.isError === true ? 'E' : 'S',
    When: Math.floor(v2.inside.now() / 1000),
    Code: status.code,
    Msg: status.text,
    Description: `whatsminer v${v2.model.apiVersion}`,
  })
}

export function plain(v2: V2, status: Status): Answer {
  return { text: envelope(v2, status) }
}
