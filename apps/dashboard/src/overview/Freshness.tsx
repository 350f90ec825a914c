import { createMemo } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { countText } from '../parts/amount.ts'
import { agesOf } from './ages.ts'
import styles from './Freshness.module.css'
import page from './Overview.module.css'

/** How old what is shown is: a number without its age is a rumour. */
export function Freshness() {
  const site = useSite()
  const ages = createMemo(() => agesOf(site.fleet(), site.now()))
  return (
    <section class={page.card} aria-labelledby="freshness-title">
      <header class={page.cardTitle}>
        <h2 id="freshness-title">Freshness</h2>
        <span>age of the last reading</span>
      </header>
      <dl class={styles.ages}>
        <Line term="within a minute" count={ages().minute} />
        <Line term="older, but fresh" count={ages().fresh} />
        <Line term="stale" count={ages().stale} />
        <Line term="never read" count={ages().never} />
      </dl>
    </section>
  )
}

function Line(props: { readonly term: string; readonly count: number }) {
  return (
    <div class={styles.line}>
      <dt>{props.term}</dt>
      <dd data-none={props.count === 0 ? '' : undefined}>{countText(props.count)}</dd>
    </div>
  )
}
