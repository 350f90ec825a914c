import type { MinerInfo } from '@headframe/protocol'
import { For } from 'solid-js'
import { unknownText } from '../parts/amount.ts'
import styles from './Identity.module.css'
import { Section } from './Section.tsx'

/** Who this machine is, beyond the address that it has today. */
export function Identity(props: { readonly info: MinerInfo; readonly relay: string | null }) {
  const facts = (): readonly (readonly [string, string | null])[] => [
    ['MAC', props.info.mac],
    ['Serial', props.info.serial],
    ['Host name', props.info.hostname],
    ['Make', props.info.make],
    ['Model', props.info.model],
    ['Firmware', joined(props.info.firmware, props.info.firmwareVersion)],
    ['Driver', props.info.driver],
    ['Algorithm', props.info.algorithm],
    ['Relay', props.relay],
    ['Known since', new Date(props.info.addedAt).toLocaleString('sv-SE')],
  ]
  return (
    <Section title="Identity">
      <dl class={styles.facts}>
        <For each={facts()}>
          {fact => (
            <div>
              <dt>{fact[0]}</dt>
              <dd title={fact[1] === null ? 'The miner does not tell this' : undefined}>{fact[1] ?? unknownText}</dd>
            </div>
          )}
        </For>
      </dl>
    </Section>
  )
}

function joined(...parts: readonly (string | null)[]): string | null {
  const known = parts.filter(part => part !== null)
  return known.length === 0 ? null : known.join(' ')
}
