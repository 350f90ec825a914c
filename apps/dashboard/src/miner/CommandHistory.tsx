import type { MinerId } from '@headframe/protocol'
import { createEffect, createMemo, For, on, Show } from 'solid-js'
import { calls } from '../api/calls.ts'
import { request } from '../api/request.ts'
import { useIo } from '../io.ts'
import { useSite } from '../live/site.tsx'
import { createSubmit } from '../parts/create-submit.ts'
import { Notice } from '../parts/Notice.tsx'
import { CommandLine } from './CommandLine.tsx'
import styles from './Commands.module.css'

/** What was asked of a miner, newest first: what control remembers, then each change as it comes. */
export function CommandHistory(props: { readonly miner: MinerId }) {
  const site = useSite()
  const io = useIo()
  const past = createSubmit(async (miner: MinerId) => {
    const { commands } = await request(calls.commandsOf(site.id, miner), io.fetch)
    site.takeCommands(commands)
  })
  createEffect(on(() => props.miner, past.submit))
  const ids = createMemo(() =>
    [...site.commands().values()]
      .filter(entry => entry.miner === props.miner)
      .sort((a, b) => b.askedAt - a.askedAt)
      .map(entry => entry.id),
  )
  return (
    <>
      <Show when={past.failure()}>
        {failure => <Notice title="Earlier commands cannot be shown" text={failure().message} />}
      </Show>
      <Show when={ids().length > 0}>
        <ul class={styles.history} aria-label="Commands of this miner">
          <For each={ids()}>
            {id => (
              <Show when={site.commands().get(id)}>{entry => <CommandLine entry={entry()} now={site.now()} />}</Show>
            )}
          </For>
        </ul>
      </Show>
    </>
  )
}
