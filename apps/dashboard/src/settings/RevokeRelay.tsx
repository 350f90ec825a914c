import type { OrgId, RelayEntry } from '@headframe/protocol'
import { calls } from '../api/calls.ts'
import { request } from '../api/request.ts'
import { useIo } from '../io.ts'
import { Confirm } from '../parts/Confirm.tsx'
import { createSubmit } from '../parts/create-submit.ts'

/** Asks before a relay and all of its boxes lose their link for good. */
export function RevokeRelay(props: {
  readonly org: OrgId
  readonly relay: RelayEntry | null
  readonly onKeep: () => void
  readonly onRevoked: () => void
}) {
  const io = useIo()
  const revoke = createSubmit(async (relay: RelayEntry) => {
    await request(calls.revokeRelay(props.org, relay.id), io.fetch)
    props.onRevoked()
  })
  const keep = () => {
    revoke.clear()
    props.onKeep()
  }
  return (
    <Confirm
      open={props.relay !== null}
      title={`Revoke ${props.relay?.name ?? ''}?`}
      text={
        <p>
          Its key is refused from now on, for good, and its miners and their history go from here. The box itself goes
          on polling; to bring it back, enrol it as a new relay and add <code>--new-key</code> to the command that
          joins.
        </p>
      }
      keep="Keep"
      go="Revoke"
      busy={revoke.busy()}
      failure={revoke.failure()?.message}
      onKeep={keep}
      onGo={() => (props.relay ? revoke.submit(props.relay) : undefined)}
    />
  )
}
