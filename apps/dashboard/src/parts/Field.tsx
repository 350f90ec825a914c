import { createUniqueId, For, Show, splitProps, type JSX } from 'solid-js'
import styles from './Field.module.css'

export interface FieldProps extends Omit<JSX.InputHTMLAttributes<HTMLInputElement>, 'onInput'> {
  readonly label: string
  readonly value: string
  readonly hint?: string | undefined
  readonly error?: string | null | undefined
  readonly onInput: (value: string) => void
}

/** A labelled line to type in, with a hint and the reason when it was not taken. */
export function Field(props: FieldProps) {
  const id = createUniqueId()
  const [own, rest] = splitProps(props, ['label', 'value', 'hint', 'error', 'onInput'])
  return (
    <div class={styles.field}>
      <label for={id}>{own.label}</label>
      <input
        {...rest}
        id={id}
        value={own.value}
        onInput={event => own.onInput(event.currentTarget.value)}
        aria-invalid={own.error ? 'true' : undefined}
        aria-describedby={`${id}-note`}
      />
      <div id={`${id}-note`} class={styles.note}>
        <Show when={own.error} fallback={own.hint}>
          <span class={styles.error}>{own.error}</span>
        </Show>
      </div>
    </div>
  )
}

export interface ChoiceProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly text: string }[]
  readonly onChange: (value: T) => void
}

/** One of a few. */
export function Choice<T extends string>(props: ChoiceProps<T>) {
  const id = createUniqueId()
  const choose = (text: string) => {
    const option = props.options.find(option => option.value === text)
    if (option) props.onChange(option.value)
  }
  return (
    <div class={styles.field}>
      <label for={id}>{props.label}</label>
      <select id={id} onChange={event => choose(event.currentTarget.value)}>
        <For each={props.options}>
          {option => (
            <option value={option.value} selected={option.value === props.value}>
              {option.text}
            </option>
          )}
        </For>
      </select>
    </div>
  )
}
