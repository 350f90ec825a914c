import { createUniqueId, Show, type JSX } from 'solid-js'
import styles from './Section.module.css'

/** A part of the panel under its own heading. */
export function Section(props: {
  readonly title: string
  readonly note?: string | undefined
  readonly children: JSX.Element
}) {
  const id = createUniqueId()
  return (
    <section class={styles.section} aria-labelledby={id}>
      <header class={styles.header}>
        <h3 id={id}>{props.title}</h3>
        <Show when={props.note}>
          <span>{props.note}</span>
        </Show>
      </header>
      {props.children}
    </section>
  )
}
