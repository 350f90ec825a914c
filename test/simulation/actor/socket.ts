import type { Line } from '../world/line.ts'

/** A socket in a Durable Object: it outlives the object that accepted it, with what that attached to it. */
export class ActorSocket {
  readonly kind: 'link' | 'dashboard'
  readyState = 1
  readonly #deps: ActorSocketDeps
  #attachment = 'null'

  constructor(kind: 'link' | 'dashboard', deps: ActorSocketDeps) {
    this.kind = kind
    this.#deps = deps
  }

  /** Leaves when the turn is on disk: the output gate. */
  send(data: string | Uint8Array): void {
    if (this.readyState !== 1) throw new Error('send() after close()')
    // A buffer that is written to later would go out changed.
    const copy = typeof data === 'string' ? data : Uint8Array.from(data)
    this.#deps.leave(() => {
      this.#deps.sent?.(copy)
      this.#deps.line().send('server', copy)
    })
  }

  close(code: number, reason: string): void {
    if (this.readyState !== 1) return
    this.readyState = 2
    this.#deps.leave(() => this.#deps.line().close('server', code, reason))
  }

  serializeAttachment(value: unknown): void {
    const text = JSON.stringify(value)
    if (text.length > maxAttachmentBytes) throw new Error(`an attachment of ${text.length} bytes`)
    this.#attachment = text
  }

  /** For rules: the attachment as JSON. */
  remembers(): string {
    return this.#attachment
  }

  deserializeAttachment(): unknown {
    return JSON.parse(this.#attachment)
  }
}

interface ActorSocketDeps {
  readonly line: () => Line
  readonly leave: (run: () => void) => void
  /** Something leaves. */
  readonly sent?: (data: string | Uint8Array) => void
}

/** developers.cloudflare.com/durable-objects/best-practices/websockets */
const maxAttachmentBytes = 16_384
