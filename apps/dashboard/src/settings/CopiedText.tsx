import { createSignal, Show } from 'solid-js'
import { Button } from '../parts/Button.tsx'
import { Icon } from '../parts/Icon.tsx'
import styles from './Settings.module.css'

/** What is to be typed or written elsewhere as it stands here. */
export function CopiedText(props: { readonly text: string; readonly label: string }) {
  const [copied, setCopied] = createSignal(false)
  const copy = async () => {
    await navigator.clipboard.writeText(props.text)
    setCopied(true)
  }
  return (
    <div class={styles.code}>
      <code>{props.text}</code>
      {/* A page that is not served over TLS or from this machine may not write to the clipboard. */}
      <Show when={window.isSecureContext}>
        <Button aria-label={props.label} onClick={() => void copy()}>
          <Icon name={copied() ? 'check' : 'copy'} />
        </Button>
      </Show>
    </div>
  )
}
