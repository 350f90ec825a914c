import type { StratumSession } from '@headframe/protocol'
import { For, Show } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { countText, plural, spanText } from '../parts/amount.ts'
import { Notice } from '../parts/Notice.tsx'
import type { createSessions } from './create-sessions.ts'
import styles from './Sessions.module.css'

/** Connections of miners through the proxy; choosing one shows its messages alone. */
export function Sessions(props: {
  readonly sessions: ReturnType<typeof createSessions>
  readonly chosen: string | null
  readonly onChoose: (session: string | null) => void
}) {
  const open = () => props.sessions.sessions().filter(session => session.endedAt === null).length
  return (
    <section class={styles.pane} aria-label="Sessions">
      <header class={styles.header}>
        <h2>Sessions</h2>
        <span>{countText(open())} open</span>
      </header>
      <div class={styles.list}>
        <button
          type="button"
          class={styles.all}
          aria-pressed={props.chosen === null}
          onClick={() => props.onChoose(null)}
        >
          All sessions
        </button>
        <Show when={props.sessions.sessions().length === 0}>
          <Show when={!props.sessions.loading()} fallback={<Notice title="Asking the relay" />}>
            <Show
              when={props.sessions.failure()}
              fallback={
                <Notice
                  title="No sessions yet"
                  text="Point miners at the proxy of the relay, and their messages appear here."
                />
              }
            >
              {text => <Notice title="Sessions cannot be shown" text={text()} />}
            </Show>
          </Show>
        </Show>
        <For each={props.sessions.sessions()}>
          {session => (
            <SessionLine
              session={session}
              chosen={props.chosen === session.id}
              onChoose={() => props.onChoose(session.id)}
            />
          )}
        </For>
      </div>
    </section>
  )
}

function SessionLine(props: {
  readonly session: StratumSession
  readonly chosen: boolean
  readonly onChoose: () => void
}) {
  const site = useSite()
  const ended = () => props.session.endedAt !== null
  const share = () => {
    const at = props.session.lastShareAt
    return at === null ? 'no share yet' : `share ${spanText(site.now() - at)} ago`
  }
  return (
    <button
      type="button"
      class={styles.session}
      aria-pressed={props.chosen}
      data-ended={ended() ? '' : undefined}
      title={`${props.session.peer} to ${props.session.pool}`}
      onClick={() => props.onChoose()}
    >
      <strong>{props.session.worker ?? 'not authorised yet'}</strong>
      <span>{props.session.peer}</span>
      <span>
        <Show when={!ended()} fallback={`ended: ${props.session.endReason ?? 'no reason told'}`}>
          {countText(props.session.accepted)} accepted, {plural(props.session.rejected, 'reject')}
        </Show>
      </span>
      <span>{ended() ? `${spanText(site.now() - (props.session.endedAt ?? 0))} ago` : share()}</span>
    </button>
  )
}
