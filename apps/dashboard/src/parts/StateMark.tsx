import type { MinerState } from '@headframe/protocol'
import { createMemo, Show, type JSX } from 'solid-js'
import styles from './StateMark.module.css'

/** Words of the eight states, as people see them everywhere. */
const stateWords: Readonly<Record<MinerState, string>> = {
  hashing: 'Hashing',
  low: 'Low',
  fault: 'Fault',
  hot: 'Hot',
  paused: 'Paused',
  curtailed: 'Curtailed',
  offline: 'Offline',
  unknown: 'Unknown',
}

/** The same eight shapes and colours in every table, chart and list. */
function StateIcon(props: { readonly state: MinerState; readonly size?: number }) {
  return (
    <svg
      class={`${styles.icon} ${styles[props.state]}`}
      width={props.size ?? 12}
      height={props.size ?? 12}
      viewBox="0 0 12 12"
      aria-hidden="true"
    >
      {shapeOf(props.state)}
    </svg>
  )
}

/** A state as colour, shape and word. */
export function StateMark(props: {
  readonly state: MinerState
  readonly size?: number
  readonly note?: string | null
}) {
  // Its shape is drawn anew only when it is another one.
  const state = createMemo(() => props.state)
  return (
    <span class={`${styles.mark} ${styles[state()]}`}>
      <StateIcon state={state()} size={props.size ?? 12} />
      <span>{stateWords[state()]}</span>
      <Show when={props.note}>
        <span class={styles.note}>{props.note}</span>
      </Show>
    </span>
  )
}

function shapeOf(state: MinerState): JSX.Element {
  switch (state) {
    case 'hashing':
      return <circle cx="6" cy="6" r="4.5" fill="currentColor" />
    case 'low':
      return <path d="M1 2.2h10L6 11z" fill="currentColor" />
    case 'fault':
      return <rect x="1.5" y="1.5" width="9" height="9" fill="currentColor" />
    case 'hot':
      return (
        <path
          d="M6.5.5c.3 2 3.7 3.3 3.7 6.7A4.2 4.2 0 0 1 6 11.6a4.2 4.2 0 0 1-4.2-4.3c0-1.7.8-2.8 1.6-3.6.1 1 .5 1.6 1.1 1.9C4.3 3.6 5 1.8 6.5.5z"
          fill="currentColor"
        />
      )
    case 'paused':
      return <path d="M2 1.5h3v9H2zM7 1.5h3v9H7z" fill="currentColor" />
    case 'curtailed':
      return <path d="M7.8.9a5.2 5.2 0 1 0 3.3 7.2A4.4 4.4 0 0 1 7.8.9z" fill="currentColor" />
    case 'offline':
      return <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" stroke-width="1.7" />
    case 'unknown':
      return (
        <circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" stroke-width="1.7" stroke-dasharray="2 1.460" />
      )
  }
}
