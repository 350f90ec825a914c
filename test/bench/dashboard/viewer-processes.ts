import { fork, type ChildProcess } from 'node:child_process'
import { fromViewers, type FromViewers, type ToViewers } from './viewer-messages.ts'

/** Some processes with viewers: one alone would be the slowest part of the bench. */
export interface ViewerProcesses extends Disposable {
  readonly pids: () => readonly number[]
  readonly tell: (message: ToViewers) => void
  /** What each of them says next of a kind. */
  readonly hear: <K extends FromViewers['kind']>(kind: K) => Promise<Extract<FromViewers, { kind: K }>[]>
}

export function startViewers(count: number): ViewerProcesses {
  const children = Array.from({ length: count }, () => fork(new URL('viewers.ts', import.meta.url)))
  return {
    pids: () => children.flatMap(({ pid }) => pid ?? []),
    tell: message => {
      for (const child of children) child.send(message)
    },
    hear: kind => Promise.all(children.map(child => next(child, kind))),
    [Symbol.dispose]: () => {
      for (const child of children) child.kill('SIGKILL')
    },
  }
}

function next<K extends FromViewers['kind']>(child: ChildProcess, kind: K): Promise<Extract<FromViewers, { kind: K }>> {
  const isIt = (message: FromViewers): message is Extract<FromViewers, { kind: K }> => message.kind === kind
  return new Promise((resolve, reject) => {
    const look = (message: unknown) => {
      const said = fromViewers.parse(message)
      if (!isIt(said)) return
      child.off('message', look)
      resolve(said)
    }
    child.on('message', look)
    child.once('exit', code => reject(new Error(`viewers ended with ${code}`)))
  })
}
