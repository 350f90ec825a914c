import type { FromCapture, ToCapture } from './api-messages.ts'
import { CaptureError } from './capture-error.ts'
import type { ApiConnection } from './client-connection.ts'

type Answered = Exclude<FromCapture, { type: 'tail' }>

/** Questions that wait for their answers. */
export interface Calls {
  call(make: (id: number) => ToCapture): Promise<Answered>
  answered(message: Answered): void
  failAll(): void
}

export function createCalls(connection: ApiConnection, newId: () => number): Calls {
  const waiting = new Map<number, PromiseWithResolvers<Answered>>()

  return {
    async call(make) {
      if (!connection.isOpen()) await connection.attempt()
      const id = newId()
      if (!connection.send(make(id))) throw away()
      const answer = Promise.withResolvers<Answered>()
      waiting.set(id, answer)
      const late = setTimeout(() => {
        answer.reject(new CaptureError('timeout', `the capture process gave no answer within ${timeoutMs / 1000} s`))
      }, timeoutMs)
      return answer.promise.finally(() => {
        clearTimeout(late)
        waiting.delete(id)
      })
    },
    answered: message => waiting.get(message.id)?.resolve(message),
    failAll() {
      for (const answer of waiting.values()) answer.reject(away())
    },
  }
}

const timeoutMs = 10_000

function away(): CaptureError {
  return new CaptureError('capture-down', 'the capture process is away')
}
