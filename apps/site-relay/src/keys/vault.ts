import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** Encrypts secrets at rest [X1]: AES-256-GCM (NIST SP 800-38D), a fresh 96-bit nonce for each. */
export interface Vault {
  /** @param binding what the secret belongs to; it opens with the same binding only */
  readonly seal: (secret: string, binding: string) => Uint8Array
  readonly open: (sealed: Uint8Array, binding: string) => string
}

const nonceBytes = 12
const tagBytes = 16

export function createVault(key: Uint8Array): Vault {
  return {
    seal: (secret, binding) => {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(binding))
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), text])
    },
    open: (sealed, binding) => {
      const nonce = sealed.subarray(0, nonceBytes)
      const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes)
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
      decipher.setAAD(Buffer.from(binding)).setAuthTag(tag)
      try {
        return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]).toString(
          'utf8',
        )
      } catch (cause) {
        throw new KeyError('wrong-key', 'a stored secret does not open with the key of this box; set it again', {
          cause,
        })
      }
    },
  }
}

export type KeyErrorCode = 'wrong-key' | 'bad-key' | 'unwritable'

/** A key cannot be made, read or used. The message never holds one. */
export class KeyError extends Error {
  readonly code: KeyErrorCode

  constructor(code: KeyErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.name = 'KeyError'
    this.code = code
  }
}
