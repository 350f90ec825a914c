import { createMemoryHistory, MemoryRouter, type BaseRouterProps } from '@solidjs/router'
import { render } from 'solid-js/web'
import '../src/styles/tokens.css'
import '../src/styles/base.css'
import { App } from '../src/App.tsx'
import { isSignedIn } from '../src/browser-io.ts'
import type { Io } from '../src/io.ts'
import { Clock } from './clock.ts'
import { ControlDouble } from './control-double.ts'
import { createMine } from './mine.ts'
import { createRandom } from './random.ts'
import { SocketDouble } from './socket-double.ts'
import { storedDeflate } from './stored.ts'

export interface OpenPage {
  readonly control: ControlDouble
  readonly clock: Clock
  readonly sockets: readonly SocketDouble[]
  /** While false, sockets fail and requests are not answered. */
  online: boolean
  /** Where the page is, with its search. */
  readonly path: () => string
  readonly close: () => void
}

/** The whole dashboard in this page, with a control double behind it and a clock that stands still. */
export function openPage(options: {
  path: string
  miners?: number
  prepare?: (control: ControlDouble) => void
}): OpenPage {
  const clock = new Clock()
  const random = createRandom(5)
  const after = (delayMs: number, act: () => void) => clock.after(delayMs, act)
  const mine = createMine(options.miners ?? 60, clock.now)
  const control = new ControlDouble(mine, { now: () => clock.now, random, deflate: storedDeflate, after })
  options.prepare?.(control)
  const sockets: SocketDouble[] = []
  const history = createMemoryHistory()
  history.set({ value: options.path, replace: true })
  const root = document.createElement('div')
  root.id = 'root'
  document.body.append(root)
  const page: OpenPage = {
    control,
    clock,
    sockets,
    online: true,
    path: history.get,
    close: () => {
      dispose()
      root.remove()
      document.querySelectorAll('[data-kb-top-layer]').forEach(element => element.remove())
    },
  }
  const fetch: Io['fetch'] = async (path, { method, body }) => {
    if (!page.online) throw new TypeError('offline')
    const reply = control.request(method ?? 'GET', path, typeof body === 'string' ? JSON.parse(body) : undefined)
    return Response.json(reply.body ?? {}, { status: reply.status })
  }
  const io: Io = {
    fetch,
    openSocket: () => {
      const socket = new SocketDouble()
      sockets.push(socket)
      queueMicrotask(() => (page.online && control.api.signedIn ? socket.join(control) : socket.drop(1006, '')))
      return socket
    },
    signedIn: () => isSignedIn(fetch),
    now: () => clock.now,
    random,
    randomBytes: bytes => bytes.map(() => Math.floor(random() * 256)),
    after,
    every: (everyMs, act) => clock.every(everyMs, act),
    nextFrame: act => queueMicrotask(act),
    onReturn: () => () => {},
  }
  const router = (props: BaseRouterProps) => <MemoryRouter history={history} {...props} />
  const dispose = render(() => <App io={io} router={router} />, root)
  return page
}
