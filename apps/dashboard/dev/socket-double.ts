import { pulse } from '@headframe/protocol'
import type { LinkSocket } from '../src/live/link.ts'
import type { ControlDouble } from './control-double.ts'

/** The browser's end of a socket to a control that lives in the same page. */
export class SocketDouble extends EventTarget implements LinkSocket {
  binaryType: BinaryType = 'blob'
  readonly sent: string[] = []
  /** False for a line that went dead. */
  answersPulse = true
  #viewer: ReturnType<ControlDouble['open']> | null = null
  #isOpen = false
  #closed = false

  constructor() {
    super()
    this.addEventListener('open', () => (this.#isOpen = true))
  }

  /** Throws before the socket is open, as a browser does. */
  send(text: string): void {
    if (!this.#isOpen) throw new DOMException('Still in CONNECTING state', 'InvalidStateError')
    if (text === pulse.ask && this.answersPulse) return this.receive(pulse.answer)
    this.sent.push(text)
    if (text === pulse.ask) return
    this.#viewer?.take(text)
  }

  close(): void {
    this.drop(1005, '')
  }

  drop(code: number, reason: string): void {
    if (this.#closed) return
    this.#closed = true
    this.#viewer?.closed()
    this.dispatchEvent(new CloseEvent('close', { code, reason }))
  }

  receive(data: string | ArrayBuffer): void {
    this.#isOpen = true
    if (!this.#closed) this.dispatchEvent(new MessageEvent('message', { data }))
  }

  /** The upgrade succeeds, and control speaks. */
  join(control: ControlDouble): void {
    if (this.#closed) return
    this.dispatchEvent(new Event('open'))
    this.#viewer = control.open({
      send: data => this.receive(typeof data === 'string' ? data : data.slice().buffer),
      close: (code, reason) => this.drop(code, reason),
    })
  }
}
