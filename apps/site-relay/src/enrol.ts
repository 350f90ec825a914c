import { enrolled, apiError, paths, type CommandKind, type Enrolled } from '@headframe/protocol'
import { join } from 'node:path'
import { allowInPolicyFile } from './command/policy-file.ts'
import { machineName } from './edge/world.ts'
import { draftKeys, loadKeys, type DraftedKeys, type Keys } from './keys/keys.ts'
import { createControlStore } from './store/controls.ts'
import { openStore } from './store/open.ts'

export interface EnrolOptions {
  readonly url: string
  readonly code: string
  readonly dataDir: string
  readonly keysDir: string
  /** What the policy file lets this control ask for, beside watching [C4]. */
  readonly allow: readonly CommandKind[]
  /** With another link key than before: a control that revoked that one never takes it again. */
  readonly newKey?: boolean | undefined
}

/** A control that did not take us. The message is one line for a person. */
export class EnrolError extends Error {
  override readonly name = 'EnrolError'
}

/** Makes this relay known to a control, and remembers that control. A relay that runs on this data dials it within a second. */
export async function enrolRelay(options: EnrolOptions): Promise<Enrolled & { readonly fingerprint: string }> {
  const { keys, take } = keysFor(options)
  const accepted = await ask(options, keys)
  using db = openDisposable(join(options.dataDir, 'site.db'))
  createControlStore(db.store).save({ ...accepted, url: originOf(options.url), enrolledAt: Date.now() })
  take()
  if (options.allow.length > 0) allowInPolicyFile(options.dataDir, accepted.control, options.allow)
  return { ...accepted, fingerprint: keys.publicKey.slice(-8) }
}

/** A new key takes its place only when a control knows it: a code that is wrong costs nothing. */
function keysFor({ keysDir, newKey = false }: EnrolOptions): DraftedKeys {
  if (newKey) return draftKeys(keysDir, machineName())
  return { keys: loadKeys(keysDir, machineName()), take: () => {} }
}

const answerMs = 30_000

async function ask({ url, code }: EnrolOptions, { publicKey, instance }: Keys): Promise<Enrolled> {
  const response = await post(new URL(paths.enrol, originOf(url)), { code, publicKey, instance })
  if (response.ok) {
    const parsed = enrolled.safeParse(response.body)
    if (parsed.success) return parsed.data
    throw new EnrolError(`${originOf(url)} answers, but not as a Headframe control does; check the address`)
  }
  const refused = apiError.safeParse(response.body)
  throw new EnrolError(refused.success ? refused.data.error.message : `${originOf(url)} answered ${response.status}`)
}

async function post(url: URL, body: unknown) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(answerMs),
    })
    return { ok: response.ok, status: response.status, body: await response.json().catch(() => null) }
  } catch (cause) {
    throw new EnrolError(`${url.origin} cannot be reached; check the address and that control is running`, { cause })
  }
}

function originOf(url: string): string {
  const parsed = URL.parse(url)
  if (parsed && (parsed.protocol === 'http:' || parsed.protocol === 'https:')) return parsed.origin
  throw new EnrolError(`"${url}" is no address of a control; it begins with https:// or http://`)
}

function openDisposable(path: string) {
  const store = openStore(path)
  return { store, [Symbol.dispose]: () => store.close() }
}
