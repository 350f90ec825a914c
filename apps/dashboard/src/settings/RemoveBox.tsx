import type { OrgId } from '@headframe/protocol'
import { calls } from '../api/calls.ts'
import { request } from '../api/request.ts'
import { useIo } from '../io.ts'
import { Confirm } from '../parts/Confirm.tsx'
import { createSubmit } from '../parts/create-submit.ts'
import type { RelayBox } from './RelayLine.tsx'

/** Asks before a box of a relay loses its link for good. */
export function RemoveBox(props: {
  readonly org: OrgId
  readonly box: RelayBox | null
  readonly onKeep: () => void
  readonly onRemoved: () => void
}) {
  const io = useIo()
  const removal = createSubmit(async ({ relay, fingerprint }: RelayBox) => {
    await request(calls.removeBox(props.org, relay.id, fingerprint), io.fetch)
    props.onRemoved()
  })
  const keep = () => {
    removal.clear()
    props.onKeep()
  }
  return (
    <Confirm
      open={props.box !== null}
      title={`Remove the box ${props.box?.name ?? ''}?`}
      text={
        <>
          <p>
            It loses its link for good: this key is refused from now on, and nothing takes over for the box that is
            left. To bring it back, give it a new key and enrol it anew.
          </p>
          <p>
            Where a witness gives the lease, take its secret away from the removed box too. With it the box can go on
            taking the lease, and then the one that is left does not act.
          </p>
        </>
      }
      keep="Keep"
      go="Remove"
      busy={removal.busy()}
      failure={removal.failure()?.message}
      onKeep={keep}
      onGo={() => (props.box ? removal.submit(props.box) : undefined)}
    />
  )
}
