import { createSignal, For, Show } from 'solid-js'
import { createStore } from 'solid-js/store'
import { calls } from '../api/calls.ts'
import { ApiFailure, request } from '../api/request.ts'
import { useMe } from '../api/session.tsx'
import { useIo } from '../io.ts'
import { Button } from '../parts/Button.tsx'
import { createSubmit } from '../parts/create-submit.ts'
import { Field } from '../parts/Field.tsx'
import { Notice } from '../parts/Notice.tsx'
import { roleWords } from './role-words.ts'
import styles from './Settings.module.css'

/** The person's own login: what they are, and a new password. */
export function Account() {
  const me = useMe()
  return (
    <>
      <section class={styles.card} aria-labelledby="who">
        <header class={styles.cardHead}>
          <h2 id="who">{me().name}</h2>
          <span>{me().login}</span>
        </header>
        <ul>
          <For each={me().orgs}>
            {org => (
              <li class={styles.line}>
                <span>{org.name}</span>
                <span>{org.role ? roleWords[org.role] : 'Some sites only'}</span>
              </li>
            )}
          </For>
        </ul>
      </section>
      <section class={styles.card} aria-labelledby="password">
        <header class={styles.cardHead}>
          <h2 id="password">Change password</h2>
        </header>
        <PasswordForm />
      </section>
    </>
  )
}

const empty = { current: '', next: '', again: '' }

function PasswordForm() {
  const io = useIo()
  const [values, setValues] = createStore({ ...empty })
  const [changed, setChanged] = createSignal(false)
  const form = createSubmit(async () => {
    setChanged(false)
    if (values.next !== values.again) throw new ApiFailure('bad-input', 'The two are not the same.', { field: 'again' })
    await request(calls.changePassword({ current: values.current, next: values.next }), io.fetch)
    setValues({ ...empty })
    setChanged(true)
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    form.submit()
  }
  const field = (key: keyof typeof empty) => ({
    type: 'password',
    required: true,
    get value() {
      return values[key]
    },
    get error() {
      return form.errorOf(key)
    },
    onInput: (value: string) => setValues(key, value),
  })
  return (
    <form class={styles.form} onSubmit={submit}>
      <Show when={form.error()}>{text => <Notice kind="danger" title={text()} />}</Show>
      <div role="status">
        <Show when={changed()}>
          <Notice title="Password changed" text="Other sessions of yours may ask for it again." />
        </Show>
      </div>
      <Field label="Current password" {...field('current')} autocomplete="current-password" />
      <Field
        label="New password"
        {...field('next')}
        autocomplete="new-password"
        minlength={10}
        hint="At least 10 characters."
      />
      <Field label="New password, again" {...field('again')} autocomplete="new-password" />
      <Button kind="primary" type="submit" busy={form.busy()}>
        Change password
      </Button>
    </form>
  )
}
