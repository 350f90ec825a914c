import { siteId, type OrgId } from '@headframe/protocol'
import { createSignal, Show } from 'solid-js'
import { calls } from '../api/calls.ts'
import { request } from '../api/request.ts'
import { useMe } from '../api/session.tsx'
import { useIo } from '../io.ts'
import { useSite } from '../live/site.tsx'
import { Button } from '../parts/Button.tsx'
import { createSubmit } from '../parts/create-submit.ts'
import { Dialog } from '../parts/Dialog.tsx'
import { Choice, Field } from '../parts/Field.tsx'
import { Notice } from '../parts/Notice.tsx'
import { JoinCode } from './JoinCode.tsx'
import styles from './Settings.module.css'

/** Makes a one-time code and shows it once, in the command that uses it. */
export function EnrolRelay(props: { readonly org: OrgId; readonly open: boolean; readonly onClose: () => void }) {
  return (
    <Dialog open={props.open} title="Enrol a relay" onClose={() => props.onClose()}>
      <EnrolForm org={props.org} onDone={props.onClose} />
    </Dialog>
  )
}

/** Lives as long as the dialog is open: a code that was shown is gone with it. */
function EnrolForm(props: { readonly org: OrgId; readonly onDone: () => void }) {
  const io = useIo()
  const me = useMe()
  const here = useSite()
  const [name, setName] = createSignal('')
  const [site, setSite] = createSignal<string>(here.id)
  const [made, setMade] = createSignal<{ code: string; expiresAt: number } | null>(null)
  const form = createSubmit(async () => {
    setMade(await request(calls.enrolment(props.org, { site: siteId.parse(site()), name: name() }), io.fetch))
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    form.submit()
  }
  const sites = () => me().sites.filter(one => one.org === props.org)
  return (
    <Show when={made()} fallback={<NameAndSite />}>
      {made => (
        <JoinCode
          made={made()}
          where="the box"
          note={
            <>
              The relay starts as monitor only; add <code>--allow reboot,locate</code> to let it take those commands
              from here. Then start it with <code>npm run -s headframe -- relay</code>, and compare the end of its key
              with the list.
            </>
          }
          onDone={props.onDone}
        />
      )}
    </Show>
  )

  function NameAndSite() {
    return (
      <form class={styles.steps} onSubmit={submit}>
        <Show when={form.error()}>{text => <Notice kind="danger" title={text()} />}</Show>
        <Field
          label="Name of the relay"
          required
          maxlength={80}
          autocomplete="off"
          hint="As you call the box, such as “north-box”."
          value={name()}
          onInput={setName}
          error={form.errorOf('name')}
        />
        <Choice
          label="Site"
          value={site()}
          options={sites().map(one => ({ value: one.id, text: one.name }))}
          onChange={setSite}
        />
        <Button kind="primary" type="submit" busy={form.busy()}>
          Make a code
        </Button>
      </form>
    )
  }
}
