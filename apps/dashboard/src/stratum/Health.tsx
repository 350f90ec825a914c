import type { CaptureHealth } from '@headframe/protocol'
import { Show } from 'solid-js'
import { amountText, countText, siAmount } from '../parts/amount.ts'
import styles from './MessageTools.module.css'

const behindLimitMs = 5000

/** Whether what is shown is all there was. */
export function Health(props: { readonly health: CaptureHealth | null }) {
  return (
    <Show when={props.health}>
      {health => (
        <p class={styles.health} data-bad={wordOf(health()) === null ? undefined : ''}>
          <Show when={wordOf(health())} fallback={`capture keeps up, ${amountText(siAmount(health().sizeBytes, 'B'))}`}>
            {word => <>{word()}</>}
          </Show>
        </p>
      )}
    </Show>
  )
}

function wordOf(health: CaptureHealth): string | null {
  if (!health.running) return 'capture is down; forwarding goes on'
  if (health.dropped > 0) return `${countText(health.dropped)} messages not captured`
  return health.behindMs > behindLimitMs ? `capture is ${Math.round(health.behindMs / 1000)} s behind` : null
}
