import { createHash } from 'node:crypto'

export interface V3Signing {
  readonly cmd: string
  readonly password: string
  readonly salt: string
  readonly ts: number
}

/** SHA-256 of command, password, salt and time: the token is its beginning, and the whole is the key of encrypted parameters. */
export function v3Digest(of: V3Signing): Buffer {
  return createHash('sha256').update(`${of.cmd}${of.password}${of.salt}${of.ts}`).digest()
}

export function v3Token(of: V3Signing): string {
  return v3Digest(of).toString('base64').slice(0, 8)
}
