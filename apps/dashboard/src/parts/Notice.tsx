import { Show, type JSX } from 'solid-js'
import styles from './Notice.module.css'

/** A sentence in place of, or above, what it is about: nothing here, still loading, failed, be warned. */
export function Notice(props: {
  readonly kind?: 'plain' | 'warn' | 'danger'
  readonly title: string
  readonly text?: JSX.Element
  readonly children?: JSX.Element
}) {
  return (
    <div
      class={`${styles.notice} ${styles[props.kind ?? 'plain']}`}
      role={props.kind === 'danger' ? 'alert' : undefined}
    >
      <p class={styles.title}>{props.title}</p>
      <Show when={props.text}>
        <p>{props.text}</p>
      </Show>
      <Show when={props.children}>
        <div class={styles.next}>{props.children}</div>
      </Show>
    </div>
  )
}
