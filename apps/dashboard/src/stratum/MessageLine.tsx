import type { CapturedMessage } from '@headframe/protocol'
import { Show } from 'solid-js'
import styles from './Messages.module.css'

/** One message in one line: when, which way, whose, what. */
export function MessageLine(props: {
  readonly message: CapturedMessage
  readonly worker: string
  readonly chosen: boolean
  readonly onChoose: () => void
}) {
  const toPool = () => props.message.direction === 'to-pool'
  return (
    <button
      type="button"
      tabindex={-1}
      class={styles.line}
      aria-pressed={props.chosen}
      data-bad={isBad(props.message) ? '' : undefined}
      onClick={() => props.onChoose()}
    >
      <span class={styles.time}>{timeText(props.message.receivedAt)}</span>
      <span class={styles.way} data-way={props.message.direction}>
        {toPool() ? '→ pool' : '← miner'}
      </span>
      <span class={styles.worker}>{props.worker}</span>
      <span class={styles.method}>{props.message.method ?? props.message.kind}</span>
      <span class={styles.summary}>{props.message.parseError ?? props.message.summary}</span>
      <span class={styles.latency}>
        <Show when={props.message.latencyUs}>{latencyUs => <>{(latencyUs() / 1000).toFixed(1)} ms</>}</Show>
      </span>
    </button>
  )
}

function isBad(message: CapturedMessage): boolean {
  return message.parseError !== null || message.summary.includes('reject')
}

export function timeText(at: number): string {
  return `${new Date(at).toLocaleTimeString('en-GB')}.${String(Math.floor(at) % 1000).padStart(3, '0')}`
}
