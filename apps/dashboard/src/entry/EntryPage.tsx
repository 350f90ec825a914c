import { Show, type JSX } from 'solid-js'
import { Mark } from '../parts/Mark.tsx'
import styles from './EntryPage.module.css'

/** The page before the shell: one card, one thing to do. */
export function EntryPage(props: {
  readonly title: string
  readonly lead?: string
  readonly busy?: boolean
  readonly children?: JSX.Element
}) {
  return (
    <main class={styles.page} aria-busy={props.busy ? 'true' : undefined}>
      <div class={styles.card}>
        <div class={styles.brand}>
          <Mark size={36} />
          <span>Headframe</span>
        </div>
        <Show when={!props.busy} fallback={<h1 class="visually-hidden">Loading</h1>}>
          <h1 class={styles.title}>{props.title}</h1>
          <Show when={props.lead}>
            <p class={styles.lead}>{props.lead}</p>
          </Show>
          {props.children}
        </Show>
      </div>
    </main>
  )
}
