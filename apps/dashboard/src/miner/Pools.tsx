import type { MinerPool, Reading } from '@headframe/protocol'
import { For, Show } from 'solid-js'
import { countText, difficultyText, unknownText } from '../parts/amount.ts'
import { Icon } from '../parts/Icon.tsx'
import styles from './Pools.module.css'
import { Section } from './Section.tsx'

/** The pools that the miner has, with the shares as the miner itself counts them. */
export function Pools(props: { readonly reading: Reading }) {
  return (
    <Section title="Pools" note="shares as the miner counts them">
      <Show
        when={props.reading.pools.length > 0}
        fallback={<p class={styles.none}>The miner has no pool, or does not tell.</p>}
      >
        <ul class={styles.pools}>
          <For each={props.reading.pools}>{pool => <Pool pool={pool} />}</For>
        </ul>
      </Show>
    </Section>
  )
}

function Pool(props: { readonly pool: MinerPool }) {
  return (
    <li class={styles.pool} data-active={props.pool.active ? '' : undefined}>
      <p class={styles.head}>
        <code>{props.pool.url ?? unknownText}</code>
        <Show when={props.pool.active}>
          <span class={styles.active}>
            <Icon name="check" size={12} /> in use
          </span>
        </Show>
        <Show when={props.pool.alive === false}>
          <span class={styles.dead}>does not answer</span>
        </Show>
      </p>
      <dl class={styles.facts}>
        <Fact term="Worker" value={props.pool.user} />
        <Fact term="Accepted" value={count(props.pool.accepted)} />
        <Fact term="Rejected" value={count(props.pool.rejected)} />
        <Fact term="Stale" value={count(props.pool.stale)} />
        <Fact term="Difficulty" value={difficulty(props.pool.difficulty)} />
      </dl>
    </li>
  )
}

function Fact(props: { readonly term: string; readonly value: string | null }) {
  return (
    <div>
      <dt>{props.term}</dt>
      <dd>{props.value ?? unknownText}</dd>
    </div>
  )
}

const difficulty = (value: number | null) => (value === null ? null : difficultyText(value))
const count = (value: number | null) => (value === null ? null : countText(value))
