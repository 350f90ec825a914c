import { For } from 'solid-js'
import { Dialog } from '../parts/Dialog.tsx'
import { StateMark } from '../parts/StateMark.tsx'
import styles from './KeysHelp.module.css'
import { chooseKeys, keysOn } from './shortcuts.ts'
import { minerStates } from '@headframe/protocol'

const keys = [
  ['/', 'Search miners'],
  ['g then o, m, s or ,', 'Go to Overview, Miners, Stratum, Settings'],
  ['j and k', 'Next and previous row'],
  ['Enter', 'Open the row'],
  ['x', 'Select the row'],
  ['Esc', 'Close what is open'],
  ['?', 'This help'],
] as const

const words = [
  ['s21 10.1.2', 'has both words: address, model, firmware, MAC, serial, pool, worker'],
  ['"antminer s21"', 'has these words together'],
  [
    'state:fault  model:s21  pool:backup',
    'one field; also firmware, mac, worker, problem, cause (its gravest problem), relay',
  ],
  ['temp>80  hashrate<50  eff>30', '°C, TH/s, J/TH; also power, fan, boards, accepted'],
  ['uptime<2h  age>5m', 'a time in s, m, h or d'],
  ['-model:s19', 'without these'],
] as const

const stateMeanings = {
  hashing: 'answers and hashes as it should',
  low: 'hashes, but too little',
  hot: 'a temperature is over its limit',
  fault: 'a part has failed',
  paused: 'a person or rule paused it',
  curtailed: 'paused to save power',
  offline: 'does not answer the relay',
  unknown: 'not heard of for two beats, or its relay is silent',
} as const

export function KeysHelp(props: { readonly open: boolean; readonly onClose: () => void }) {
  return (
    <Dialog open={props.open} title="Keys and words" onClose={() => props.onClose()}>
      <section class={styles.help}>
        <h3>Keys</h3>
        <Pairs pairs={keys} />
        <label class={styles.choice}>
          <input type="checkbox" checked={keysOn()} onChange={event => chooseKeys(event.currentTarget.checked)} />
          Single letters act as keys
        </label>
        <h3>Search</h3>
        <Pairs pairs={words} />
        <h3>States</h3>
        <dl class={styles.states}>
          <For each={minerStates.toReversed()}>
            {state => (
              <>
                <dt>
                  <StateMark state={state} />
                </dt>
                <dd>{stateMeanings[state]}</dd>
              </>
            )}
          </For>
        </dl>
      </section>
    </Dialog>
  )
}

function Pairs(props: { readonly pairs: readonly (readonly [string, string])[] }) {
  return (
    <dl class={styles.pairs}>
      <For each={props.pairs}>
        {([key, meaning]) => (
          <>
            <dt>
              <code>{key}</code>
            </dt>
            <dd>{meaning}</dd>
          </>
        )}
      </For>
    </dl>
  )
}
