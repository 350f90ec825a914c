import { A } from '@solidjs/router'
import { createMemo, For, Show } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { amountText, hashrateAmount, plural } from '../parts/amount.ts'
import { Icon } from '../parts/Icon.tsx'
import { Notice } from '../parts/Notice.tsx'
import { causesOf, type Cause } from './causes.ts'
import styles from './NeedsYou.module.css'
import page from './Overview.module.css'

/** Problems by cause, largest loss first; each opens its miners. */
export function NeedsYou() {
  const site = useSite()
  const causes = createMemo(() => causesOf(site.fleet()))
  const keys = createMemo(() => causes().map(cause => cause.key), [], { equals: sameKeys })
  return (
    <section class={page.card} aria-labelledby="needs-you">
      <header class={page.cardTitle}>
        <h2 id="needs-you">What needs you</h2>
        <span>by gravest cause, largest loss first</span>
      </header>
      <Show
        when={keys().length > 0}
        fallback={<Notice title="Nothing" text="Every miner answers and none reports a problem." />}
      >
        <ul>
          <For each={keys()}>
            {key => (
              <Show when={causes().find(cause => cause.key === key)}>
                {cause => <Line cause={cause()} site={site.id} />}
              </Show>
            )}
          </For>
        </ul>
      </Show>
    </section>
  )
}

function Line(props: { readonly cause: Cause; readonly site: string }) {
  const loss = () => amountText(hashrateAmount(props.cause.lossHs))
  return (
    <li>
      <A class={styles.line} href={`/s/${props.site}/miners?q=${encodeURIComponent(props.cause.query)}`}>
        <span class={styles.count}>{plural(props.cause.miners, 'miner')}</span>
        <span class={styles.what}>
          <strong>{props.cause.title}</strong>
          <span class={styles.next}>{props.cause.next}</span>
        </span>
        <span class={styles.loss}>
          <Show when={props.cause.lossHs > 0} fallback={<span class={styles.none}>no loss seen</span>}>
            <Show when={props.cause.seen} fallback={<>{loss()} out of sight</>}>
              −{loss()}
            </Show>
          </Show>
        </span>
        <Icon name="right" />
      </A>
    </li>
  )
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index])
}
