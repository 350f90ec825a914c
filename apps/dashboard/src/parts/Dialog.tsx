import { Dialog as Headless } from '@kobalte/core/dialog'
import { Show, type JSX } from 'solid-js'
import styles from './Dialog.module.css'
import { Icon } from './Icon.tsx'

/** A question or form over the page: focus stays inside, Escape closes, focus returns. */
export function Dialog(props: {
  readonly open: boolean
  readonly title: string
  readonly text?: JSX.Element
  readonly onClose: () => void
  readonly children?: JSX.Element
  /** Buttons, the harmless one first. */
  readonly actions?: JSX.Element
}) {
  return (
    <Headless open={props.open} onOpenChange={open => (open ? undefined : props.onClose())}>
      <Headless.Portal>
        <Headless.Overlay class={styles.overlay} />
        <div class={styles.place}>
          <Headless.Content class={styles.content}>
            <header class={styles.header}>
              <Headless.Title class={styles.title}>{props.title}</Headless.Title>
              <Headless.CloseButton class={styles.close} aria-label="Close">
                <Icon name="close" />
              </Headless.CloseButton>
            </header>
            <Show when={props.text}>
              <Headless.Description as="div" class={styles.text}>
                {props.text}
              </Headless.Description>
            </Show>
            {props.children}
            <Show when={props.actions}>
              <footer class={styles.actions}>{props.actions}</footer>
            </Show>
          </Headless.Content>
        </div>
      </Headless.Portal>
    </Headless>
  )
}
