import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { createVault, KeyError, type Vault } from './vault.ts'

/** The keys of this box. They live outside the data folder and its backups. */
export interface Keys {
  /** The raw 32 bytes of the Ed25519 key (RFC 8032), base64: what a control knows us by. */
  readonly publicKey: string
  readonly sign: (message: Uint8Array) => string
  /** Names this key on this machine, so that a copied key is noticed. */
  readonly instance: string
  readonly vault: Vault
}

/**
 * Reads the keys in a folder, and makes those that are missing.
 * @param machine what names the machine: the text of `/etc/machine-id`
 */
export function loadKeys(folder: string, machine: string): Keys {
  return keysWith(linkKey, folder, machine)
}

export interface DraftedKeys {
  readonly keys: Keys
  /** Puts the new link key in the place of the one of before, which stays as `relay.key.old`. */
  readonly take: () => void
}

/** A link key that nobody knows yet, beside the one in use; the same again until it is taken. The key of the vault stays. */
export function draftKeys(folder: string, machine: string): DraftedKeys {
  const draft = `${linkKey}.new`
  const take = () => {
    const [from, to] = [join(folder, draft), join(folder, linkKey)]
    if (existsSync(to)) copyFileSync(to, `${to}.old`)
    renameSync(from, to)
  }
  return {
    keys: keysWith(draft, folder, machine),
    take: () => {
      try {
        take()
      } catch (error) {
        throw keyErrorOf(error, folder)
      }
    },
  }
}

const linkKey = 'relay.key'

function keysWith(linkKeyFile: string, folder: string, machine: string): Keys {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const pem = readOrMake(join(folder, linkKeyFile), makePrivateKey)
    const vaultKey = Buffer.from(
      readOrMake(join(folder, 'vault.key'), () => randomBytes(32).toString('base64')),
      'base64',
    )
    return keysOf(pem, vaultKey, machine)
  } catch (error) {
    throw keyErrorOf(error, folder)
  }
}

function keysOf(pem: string, vaultKey: Uint8Array, machine: string): Keys {
  if (vaultKey.length !== 32) throw new KeyError('bad-key', 'vault.key does not hold 32 bytes; restore it')
  const privateKey = createPrivateKey(pem)
  if (privateKey.asymmetricKeyType !== 'ed25519')
    throw new KeyError('bad-key', 'relay.key is no Ed25519 key; restore it')
  const publicKey = Buffer.from(createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '', 'base64url').toString(
    'base64',
  )
  return {
    publicKey,
    sign: message => sign(null, message, privateKey).toString('base64'),
    instance: createHash('sha256').update(`${machine.trim()}\n${publicKey}`).digest('hex'),
    vault: createVault(vaultKey),
  }
}

const makePrivateKey = () =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()

/** Two processes that start at once end with the same key: the file appears whole, and only once. */
function readOrMake(path: string, make: () => string): string {
  const found = readIfThere(path)
  if (found !== null) {
    chmodSync(path, 0o600)
    return found
  }
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(draft, make(), { mode: 0o600, flag: 'wx', flush: true })
  try {
    linkSync(draft, path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
  return readFileSync(path, 'utf8')
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined)

function keyErrorOf(error: unknown, folder: string): unknown {
  if (error instanceof KeyError || !(error instanceof Error)) return error
  const code = codeOf(error)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOSPC') {
    return new KeyError('unwritable', `${folder}: keys cannot be kept here (${code}); check its owner, mode and space`)
  }
  return new KeyError('bad-key', `${folder}: a key there cannot be read; restore it from its backup`, { cause: error })
}
