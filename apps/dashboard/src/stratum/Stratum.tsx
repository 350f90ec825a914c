import { direction, sessionId, type MessageFilter } from '@headframe/protocol'
import { createMemo, Show } from 'solid-js'
import { createUrlState } from '../parts/create-url-state.ts'
import { createTitle } from '../shell/create-title.ts'
import { createSessions } from './create-sessions.ts'
import { createTail } from './create-tail.ts'
import { MessageDetail } from './MessageDetail.tsx'
import { Messages } from './Messages.tsx'
import { Sessions } from './Sessions.tsx'
import styles from './Stratum.module.css'

/** Sessions, their messages as they pass, and one message with its bytes. */
export function Stratum() {
  createTitle(() => 'Stratum')
  const url = createUrlState()
  const filter = createMemo<MessageFilter>(
    () => filterOf(url.text),
    {},
    { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  )
  const seq = createMemo(() => (/^\d+$/.test(url.text('seq')) ? Number(url.text('seq')) : null))
  const sessions = createSessions()
  const tail = createTail(filter)
  return (
    <div class={styles.page} data-detail={seq() === null ? undefined : ''}>
      <h1 class="visually-hidden">Stratum</h1>
      <Sessions
        sessions={sessions}
        chosen={filter().session ?? null}
        onChoose={session => url.set({ session, seq: null })}
      />
      <Messages
        tail={tail}
        filter={filter()}
        sessions={sessions.sessions()}
        health={sessions.health()}
        chosen={seq()}
        onFilter={url.set}
        onChoose={seq => url.set({ seq: String(seq) })}
      />
      <Show when={seq() !== null}>
        <MessageDetail seq={seq() ?? 0} onClose={() => url.set({ seq: null })} />
      </Show>
    </div>
  )
}

/** What the address asks for; what it gets wrong is left out. */
function filterOf(textOf: (name: string) => string): MessageFilter {
  const session = sessionId.safeParse(textOf('session'))
  const way = direction.safeParse(textOf('direction'))
  const [method, text] = [textOf('method').slice(0, 64), textOf('text').slice(0, 128)]
  return {
    ...(session.success ? { session: session.data } : {}),
    ...(way.success ? { direction: way.data } : {}),
    ...(method === '' ? {} : { method }),
    ...(text === '' ? {} : { text }),
  }
}
