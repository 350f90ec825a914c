import { role, type OrgId, type Role } from '@headframe/protocol'
import { Show } from 'solid-js'
import { createStore } from 'solid-js/store'
import { calls } from '../api/calls.ts'
import { request } from '../api/request.ts'
import { useIo } from '../io.ts'
import { Button } from '../parts/Button.tsx'
import { createSubmit } from '../parts/create-submit.ts'
import { Dialog } from '../parts/Dialog.tsx'
import { Choice, Field } from '../parts/Field.tsx'
import { Notice } from '../parts/Notice.tsx'
import { roleMeanings, roleWords } from './role-words.ts'
import styles from './Settings.module.css'

export function AddPerson(props: {
  readonly org: OrgId
  readonly open: boolean
  readonly onClose: () => void
  readonly onAdded: () => void
}) {
  return (
    <Dialog open={props.open} title="Add a person" onClose={() => props.onClose()}>
      <PersonForm org={props.org} onAdded={props.onAdded} />
    </Dialog>
  )
}

interface Values {
  name: string
  login: string
  password: string
  role: Role
}

/** Lives as long as the dialog is open, so that each opening starts empty. */
function PersonForm(props: { readonly org: OrgId; readonly onAdded: () => void }) {
  const io = useIo()
  const [values, setValues] = createStore<Values>({ name: '', login: '', password: '', role: 'viewer' })
  const form = createSubmit(async () => {
    await request(calls.addPerson(props.org, { ...values }), io.fetch)
    props.onAdded()
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    form.submit()
  }
  const field = (key: 'name' | 'login' | 'password') => ({
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
    <form class={styles.steps} onSubmit={submit}>
      <Show when={form.error()}>{text => <Notice kind="danger" title={text()} />}</Show>
      <Field label="Name" {...field('name')} maxlength={80} autocomplete="off" />
      <Field label="Login" {...field('login')} autocomplete="off" autocapitalize="none" spellcheck={false} />
      <Field
        label="First password"
        {...field('password')}
        type="password"
        minlength={10}
        autocomplete="new-password"
        hint="At least 10 characters; theirs to change."
      />
      <Choice
        label="Role"
        value={values.role}
        options={role.options.map(value => ({ value, text: `${roleWords[value]}: ${roleMeanings[value]}` }))}
        onChange={next => setValues({ role: next })}
      />
      <Button kind="primary" type="submit" busy={form.busy()}>
        Add
      </Button>
    </form>
  )
}
