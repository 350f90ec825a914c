import { splitProps, type JSX } from 'solid-js'
import styles from './Button.module.css'

export interface ButtonProps extends JSX.ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: 'primary' | 'danger' | 'plain' | 'quiet'
  /** Waiting for an answer: stays in place, takes no second press. */
  readonly busy?: boolean
}

export function Button(props: ButtonProps) {
  const [own, rest] = splitProps(props, ['kind', 'busy', 'class', 'onClick'])
  const press: JSX.EventHandler<HTMLButtonElement, MouseEvent> = event => {
    if (!own.busy && typeof own.onClick === 'function') own.onClick(event)
  }
  return (
    <button
      type="button"
      {...rest}
      class={`${styles.button} ${styles[own.kind ?? 'plain']} ${own.class ?? ''}`}
      aria-busy={own.busy ? 'true' : undefined}
      onClick={press}
    />
  )
}
