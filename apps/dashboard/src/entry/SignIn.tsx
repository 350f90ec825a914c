import { createSignal, Show } from 'solid-js'
import { calls } from '../api/calls.ts'
import { request } from '../api/request.ts'
import { useSession } from '../api/session.tsx'
import { useIo } from '../io.ts'
import { Button } from '../parts/Button.tsx'
import { createSubmit } from '../parts/create-submit.ts'
import { Field } from '../parts/Field.tsx'
import { Notice } from '../parts/Notice.tsx'
import { EntryPage } from './EntryPage.tsx'
import styles from './EntryPage.module.css'

export function SignIn() {
  const io = useIo()
  const session = useSession()
  const [login, setLogin] = createSignal('')
  const [password, setPassword] = createSignal('')
  const form = createSubmit(async () => {
    await request(calls.signIn({ login: login(), password: password() }), io.fetch)
    await session.load()
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    form.submit()
  }
  return (
    <EntryPage title="Sign in">
      <Show when={form.error()}>{text => <Notice kind="danger" title={text()} />}</Show>
      <form class={styles.form} onSubmit={submit}>
        <Field
          label="Login"
          name="login"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          required
          autofocus
          value={login()}
          onInput={setLogin}
          error={form.errorOf('login')}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          value={password()}
          onInput={setPassword}
          error={form.errorOf('password')}
        />
        <Button kind="primary" type="submit" busy={form.busy()}>
          Sign in
        </Button>
      </form>
    </EntryPage>
  )
}
