import type { CommandEntry } from '@headframe/protocol'
import { For, Show } from 'solid-js'
import { clockText } from '../parts/amount.ts'
import { commandStateWords, commandText, evidenceText, steps } from './command-words.ts'
import styles from './Commands.module.css'

/** One command: on its way, or with its observed outcome. */
export function CommandLine(props: { readonly entry: CommandEntry; readonly now: number }) {
  const step = () => steps.findIndex(step => step === props.entry.state)
  const evidence = () => Object.entries(props.entry.outcome?.observed ?? {})
  return (
    <li class={styles.line}>
      <span class={styles.what}>{commandText(props.entry.command)}</span>
      <span class={styles.when}>
        {clockText(props.entry.askedAt, props.now)} by {props.entry.byName}
      </span>
      <span class={styles.state} data-state={props.entry.state} role="status">
        <Show when={step() >= 0}>
          <span class={styles.steps} aria-hidden="true">
            <For each={steps}>{(_, index) => <i data-reached={index() <= step() ? '' : undefined} />}</For>
          </span>
        </Show>
        {commandStateWords[props.entry.state]}
      </span>
      <Show when={props.entry.outcome}>{outcome => <span class={styles.outcome}>{outcome().text}</span>}</Show>
      <Show when={evidence().length > 0}>
        <span class={styles.evidence}>
          <For each={evidence()}>{pair => <span>{evidenceText(pair[0], pair[1])}</span>}</For>
        </span>
      </Show>
    </li>
  )
}
