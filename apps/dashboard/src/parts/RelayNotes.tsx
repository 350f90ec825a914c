import type { RelayStatus } from '@headframe/protocol'
import { For } from 'solid-js'
import { relayNotes } from './relay-notes.ts'
import styles from './RelayNotes.module.css'

/** What is to be known of a relay, a line each; what needs somebody stands out. */
export function RelayNotes(props: { readonly relay: RelayStatus; readonly now: number }) {
  return (
    <For each={relayNotes(props.relay, props.now)}>
      {note =>
        note.word === undefined ? <span>{note.text}</span> : <strong class={styles.warning}>{note.text}</strong>
      }
    </For>
  )
}
