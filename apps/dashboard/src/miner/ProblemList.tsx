import type { Reading } from '@headframe/protocol'
import { For, Show } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { problemsIn } from '../parts/gravest-problem.ts'
import { problemWords } from '../parts/problem-words.ts'
import { problemTold } from './problem-told.ts'
import styles from './ProblemList.module.css'
import { Section } from './Section.tsx'

/** What is wrong, in words, with what the machine itself says beside it. */
export function ProblemList(props: { readonly row: number; readonly reading: Reading | null }) {
  const site = useSite()
  const codes = () => problemsIn(site.fleet().problemBitsAt(props.row))
  const told = (code: string) => (props.reading?.problems ?? []).filter(problem => problem.code === code)
  return (
    <Show when={codes().length > 0}>
      <Section title="Problems">
        <ul class={styles.list}>
          <For each={codes()}>
            {code => (
              <li>
                <strong>{problemWords[code].title}</strong>
                <span class={styles.next}>{problemWords[code].next}</span>
                <For each={told(code)}>{problem => <span class={styles.told}>{problemTold(problem)}</span>}</For>
              </li>
            )}
          </For>
        </ul>
      </Section>
    </Show>
  )
}
