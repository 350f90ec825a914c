import type { ControlId, OrgId, RelayEntry } from '@headframe/protocol'
import { createSignal, Show } from 'solid-js'
import { calls } from '../api/calls.ts'
import { request } from '../api/request.ts'
import { useIo } from '../io.ts'
import { Button } from '../parts/Button.tsx'
import { createSubmit } from '../parts/create-submit.ts'
import { Dialog } from '../parts/Dialog.tsx'
import { Field } from '../parts/Field.tsx'
import { Notice } from '../parts/Notice.tsx'
import { CopiedText } from './CopiedText.tsx'
import { JoinCode } from './JoinCode.tsx'
import styles from './Settings.module.css'

/** Makes a one-time code for a box that stands by for a relay [S4]. */
export function AddBox(props: {
  readonly org: OrgId
  readonly relay: RelayEntry | null
  readonly onClose: () => void
}) {
  return (
    <Dialog
      open={props.relay !== null}
      title={`Add a second box to ${props.relay?.name ?? ''}`}
      onClose={() => props.onClose()}
    >
      <Show when={props.relay}>{relay => <BoxForm org={props.org} relay={relay()} onDone={props.onClose} />}</Show>
    </Dialog>
  )
}

/** Lives as long as the dialog is open: a code that was shown is gone with it. */
function BoxForm(props: { readonly org: OrgId; readonly relay: RelayEntry; readonly onDone: () => void }) {
  const io = useIo()
  const [name, setName] = createSignal('')
  const [made, setMade] = createSignal<{ code: string; expiresAt: number; control: ControlId } | null>(null)
  const form = createSubmit(async () => {
    const { control } = await request(calls.installation(), io.fetch)
    const { id: standbyOf, site } = props.relay
    setMade({ control, ...(await request(calls.enrolment(props.org, { site, name: name(), standbyOf }), io.fetch)) })
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    form.submit()
  }
  return (
    <Show when={made()} fallback={<Name />}>
      {made => (
        <JoinCode
          made={made()}
          where="the second box"
          more={<LeaseLines control={made().control} />}
          note={
            <>
              Then start both with <code>npm run -s headframe -- relay</code>, and compare the end of the second box’s
              key with the list.
            </>
          }
          onDone={props.onDone}
        />
      )}
    </Show>
  )

  function Name() {
    return (
      <form class={styles.steps} onSubmit={submit}>
        <p class={styles.note}>
          It stands by with a copy of what {props.relay.name} knows, and takes over within 10 s when that one is gone.
          One of the two acts at any time.
        </p>
        <Show when={form.error()}>{text => <Notice kind="danger" title={text()} />}</Show>
        <Field
          label="Name of the second box"
          required
          maxlength={80}
          autocomplete="off"
          hint="As you call the machine, such as “north-box-2”."
          value={name()}
          onInput={setName}
          error={form.errorOf('name')}
        />
        <Button kind="primary" type="submit" busy={form.busy()}>
          Make a code
        </Button>
      </form>
    )
  }
}

/** What both boxes have to know: who says which of them may act [S8]. */
function LeaseLines(props: { readonly control: ControlId }) {
  return (
    <>
      <p>
        Write this into <code>data/relay/relay.json</code> on both boxes, and give both the same <code>ranges</code>:
      </p>
      <CopiedText text={`"standby": { "lease": "${props.control}" }`} label="Copy the line of relay.json" />
      <p class={styles.note}>
        This control then says which of them acts. Where the site must change boxes while control cannot be reached, a
        witness on a third machine says it instead: see “Two boxes for one relay” in <code>docs/configuration.md</code>.
        Logins of miners and <code>policy.json</code> are each box’s own: set them on both.
      </p>
    </>
  )
}
