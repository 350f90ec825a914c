import type { Answer, Ask, FromDashboard } from '@headframe/protocol'

interface Open {
  readonly ask: Ask
  readonly resolve: (answer: Answer) => void
  readonly cancelTimeout: () => void
}

export interface QuestionsDeps {
  readonly send: (message: FromDashboard) => void
  readonly after: (delayMs: number, act: () => void) => () => void
}

const longestWaitMs = 20_000

/** Questions to a relay that are waiting for their answer. All are reads, so a new socket asks the open ones again. */
export class Questions {
  readonly #deps: QuestionsDeps
  readonly #open = new Map<number, Open>()
  #lastId = 0

  constructor(deps: QuestionsDeps) {
    this.#deps = deps
  }

  /** Always answers; late ones with `failed`. */
  ask(ask: Ask): Promise<Answer> {
    const id = ++this.#lastId
    return new Promise(resolve => {
      const late = () => this.answered(id, { kind: 'failed', code: 'relay-silent', text: 'No answer within 20 s.' })
      this.#open.set(id, { ask, resolve, cancelTimeout: this.#deps.after(longestWaitMs, late) })
      this.#deps.send({ type: 'ask', id, ask })
    })
  }

  answered(id: number, answer: Answer): void {
    const open = this.#open.get(id)
    this.#open.delete(id)
    open?.cancelTimeout()
    open?.resolve(answer)
  }

  askAgain(): void {
    for (const [id, { ask }] of this.#open) this.#deps.send({ type: 'ask', id, ask })
  }
}
