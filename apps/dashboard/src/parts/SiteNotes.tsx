import type { RelayId } from '@headframe/protocol'
import { For, Show } from 'solid-js'
import { calls } from '../api/calls.ts'
import { request } from '../api/request.ts'
import { useIo } from '../io.ts'
import { useSite } from '../live/site.tsx'
import { clockText } from './amount.ts'
import { createList } from './create-list.ts'
import { noteLines } from './note-lines.ts'
import styles from './SiteNotes.module.css'

/** What the relays of this site noted, newest first, and which of their events are lost: read when it is opened. */
export function SiteNotes() {
  const site = useSite()
  const io = useIo()
  const list = createList(async () => noteLines(await request(calls.notes(site.id), io.fetch)))
  const relayName = (id: RelayId) =>
    site.facts()?.relays.find(relay => relay.id === id)?.name ?? 'a relay that was revoked'
  return (
    <Show when={list.failure()} fallback={<Lines />}>
      {text => <p class={styles.quiet}>Notes cannot be read: {text()}</p>}
    </Show>
  )

  function Lines() {
    return (
      <Show
        when={list.entries().length > 0}
        fallback={<p class={styles.quiet}>{list.loading() ? 'Loading' : 'Its relays noted nothing.'}</p>}
      >
        <ol class={styles.notes} tabindex={0} aria-label="Notes, newest first">
          <For each={list.entries()}>
            {line => (
              <li>
                <span>
                  <time datetime={new Date(line.at).toISOString()}>{clockText(line.at, site.now())}</time>{' '}
                  {relayName(line.relay)}
                </span>
                <p classList={{ [styles.warning ?? '']: line.isWarning }}>{line.text}</p>
              </li>
            )}
          </For>
        </ol>
      </Show>
    )
  }
}
