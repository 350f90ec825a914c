import { onMount, Show } from 'solid-js'
import { createStore } from 'solid-js/store'
import { calls } from '../api/calls.ts'
import { request } from '../api/request.ts'
import { useSession } from '../api/session.tsx'
import { useIo } from '../io.ts'
import { Button } from '../parts/Button.tsx'
import { createSubmit } from '../parts/create-submit.ts'
import { Field, type FieldProps } from '../parts/Field.tsx'
import { Notice } from '../parts/Notice.tsx'
import { EntryPage } from './EntryPage.tsx'
import styles from './EntryPage.module.css'

/** First run: the one-time code makes an owner, an organisation and a site. */
export function Setup() {
  const io = useIo()
  const session = useSession()
  const [values, setValues] = createStore({ code: '', name: '', login: '', password: '', organisation: '', site: '' })
  const form = createSubmit(async () => {
    await request(calls.setup(values), io.fetch)
    await session.load()
  })
  onMount(() => setValues('code', takeCode()))

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    form.submit()
  }
  const field = (key: keyof typeof values) => ({
    name: key,
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
    <EntryPage title="Set up Headframe" lead="You become the owner of this installation. This takes a minute.">
      <Show when={form.error()}>{text => <Notice kind="danger" title={text()} />}</Show>
      <form class={styles.form} onSubmit={submit}>
        <Fields field={field} />
        <Button kind="primary" type="submit" busy={form.busy()}>
          Set up
        </Button>
      </form>
    </EntryPage>
  )
}

/** The code in the address, if it came that way: `/setup#code=...`. */
function takeCode(): string {
  const code = new URLSearchParams(location.hash.slice(1)).get('code')
  if (code === null) return ''
  // A used code is worth nothing, an unused one is: it does not stay in the address bar and the history.
  history.replaceState(history.state, '', location.pathname)
  return code.slice(0, 64)
}

type Key = 'code' | 'name' | 'login' | 'password' | 'organisation' | 'site'

function Fields(props: { readonly field: (key: Key) => Omit<FieldProps, 'label'> }) {
  const field = (key: Key) => props.field(key)
  return (
    <>
      <Field
        label="Setup code"
        {...field('code')}
        autocomplete="off"
        spellcheck={false}
        hint="Printed where Headframe was started."
      />
      <fieldset>
        <legend>You</legend>
        <Field label="Name" {...field('name')} autocomplete="name" maxlength={80} />
        <Field label="Login" {...field('login')} autocomplete="username" autocapitalize="none" spellcheck={false} />
        <Field
          label="Password"
          {...field('password')}
          type="password"
          autocomplete="new-password"
          minlength={10}
          hint="At least 10 characters."
        />
      </fieldset>
      <fieldset>
        <legend>Your mine</legend>
        <Field label="Organisation" {...field('organisation')} autocomplete="organization" maxlength={80} />
        <Field
          label="Site"
          {...field('site')}
          autocomplete="off"
          maxlength={80}
          hint="One place with miners, such as “North”."
        />
      </fieldset>
    </>
  )
}
