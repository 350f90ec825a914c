import type { OrgId } from '@headframe/protocol'
import { calls } from '../api/calls.ts'
import { request } from '../api/request.ts'
import { useIo } from '../io.ts'
import { Confirm } from '../parts/Confirm.tsx'
import { createSubmit } from '../parts/create-submit.ts'
import type { RelayBox } from './RelayLine.tsx'
import styles from './Settings.module.css'

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
        <div class={styles.steps}>
          <p>
            It loses its link for good: its key is refused, and only a new code would bring it back. The box that is
            left then has no other to take over for it.
          </p>
          <p>
            Where a witness gives the lease, take its secret away from the removed box too: with it the box could go on
            taking the lease, and the one that is left would not act.
          </p>
        </div>
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
