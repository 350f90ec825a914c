import { newId, type Command, type CommandKind, type MinerInfo } from '@headframe/protocol'
import { createSignal, For, Show } from 'solid-js'
import { calls } from '../api/calls.ts'
import { request } from '../api/request.ts'
import { useIo } from '../io.ts'
import { useSite } from '../live/site.tsx'
import { Button } from '../parts/Button.tsx'
import { createSubmit } from '../parts/create-submit.ts'
import { Confirm } from '../parts/Confirm.tsx'
import { Icon } from '../parts/Icon.tsx'
import { Notice } from '../parts/Notice.tsx'
import { CommandHistory } from './CommandHistory.tsx'
import styles from './Commands.module.css'
import { reasonAgainst } from './permission.ts'
import { Section } from './Section.tsx'

const timeToLiveMs = 60_000

/** The few commands that matter, then what became of each. */
export function Commands(props: { readonly info: MinerInfo; readonly row: number }) {
  const site = useSite()
  const io = useIo()
  const [confirming, setConfirming] = createSignal(false)
  const asking = createSubmit(async (command: Command) => {
    const miners = [{ id: newId('cmd', io.randomBytes), miner: props.info.id }]
    const answer = await request(calls.ask(site.id, { command, miners, ttlMs: timeToLiveMs }), io.fetch)
    site.takeCommands(answer.commands)
  })
  const against = (kind: CommandKind) =>
    reasonAgainst({
      kind,
      info: props.info,
      relay: site.fleet().relayOf(props.row),
      role: site.facts()?.role ?? 'viewer',
      connected: site.link().kind === 'live',
    })
  const reasons = () => [...new Set([against('locate'), against('reboot')].filter(reason => reason !== null))]
  const blinking = () => props.info.faultLight === true

  return (
    <Section title="Commands">
      <div class={styles.buttons}>
        <Button
          disabled={against('locate') !== null}
          title={against('locate') ?? ''}
          busy={asking.busy()}
          onClick={() => asking.submit({ kind: 'locate', on: !blinking() })}
        >
          <Icon name="light" /> {blinking() ? 'Stop blinking' : 'Blink'}
        </Button>
        <Button
          disabled={against('reboot') !== null}
          title={against('reboot') ?? ''}
          busy={asking.busy()}
          onClick={() => setConfirming(true)}
        >
          <Icon name="restart" /> Reboot
        </Button>
        <Show when={blinking()}>
          <Blinking />
        </Show>
      </div>
      <For each={reasons()}>{reason => <p class={styles.reason}>{reason}</p>}</For>
      <Show when={asking.failure()}>{failure => <Notice kind="danger" title={failure().message} />}</Show>
      <CommandHistory miner={props.info.id} />
      <Confirm
        open={confirming()}
        title={`Reboot ${props.info.address}?`}
        text={`${props.info.model ?? 'Model unknown'}, MAC ${props.info.mac ?? 'unknown'}. It stops hashing for some minutes; its uptime will show whether it restarted.`}
        keep="Leave it running"
        go={`Reboot ${props.info.address}`}
        onKeep={() => setConfirming(false)}
        onGo={() => {
          setConfirming(false)
          asking.submit({ kind: 'reboot' })
        }}
      />
    </Section>
  )
}

function Blinking() {
  return (
    <span class={styles.blinking}>
      <Icon name="light" /> its light blinks
    </span>
  )
}
