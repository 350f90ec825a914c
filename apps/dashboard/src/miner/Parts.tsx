import type { Fan, Hashboard, Psu, Reading } from '@headframe/protocol'
import { For, Show } from 'solid-js'
import { amountText, countText, hashrateAmount, plural, threeDigits, unknownText } from '../parts/amount.ts'
import { Icon } from '../parts/Icon.tsx'
import styles from './Parts.module.css'
import { Section } from './Section.tsx'

/** Boards, fans and power supply as the last reading tells them. */
export function Parts(props: { readonly reading: Reading }) {
  const present = () => props.reading.hashboards.filter(board => board.present).length
  return (
    <>
      <Section title="Hashboards" note={`${present()} of ${props.reading.hashboards.length} present`}>
        <Show
          when={props.reading.hashboards.length > 0}
          fallback={<p class={styles.none}>The miner does not tell its boards.</p>}
        >
          <ul class={styles.boards}>
            <For each={props.reading.hashboards}>{board => <Board board={board} />}</For>
          </ul>
        </Show>
      </Section>
      <div class={styles.pair}>
        <Section title="Fans">
          <Show
            when={props.reading.fans.length > 0}
            fallback={<p class={styles.none}>No fans, or the miner does not tell them.</p>}
          >
            <ul class={styles.fans}>
              <For each={props.reading.fans}>{fan => <FanLine fan={fan} />}</For>
            </ul>
          </Show>
        </Section>
        <Section title="Power supply">
          <Show
            when={props.reading.psu}
            fallback={<p class={styles.none}>The miner does not tell of its power supply.</p>}
          >
            {psu => <PsuLines psu={psu()} />}
          </Show>
        </Section>
      </div>
    </>
  )
}

function Board(props: { readonly board: Hashboard }) {
  const missingChips = () =>
    props.board.chips !== null && props.board.chipsExpected !== null && props.board.chips < props.board.chipsExpected
  return (
    <li class={styles.board} data-missing={props.board.present ? undefined : ''}>
      <strong>Board {props.board.slot}</strong>
      <Show when={props.board.present} fallback={<span class={styles.missing}>Missing</span>}>
        <span>{textOf(props.board.hashrateHs, value => amountText(hashrateAmount(value)))}</span>
        <span data-bad={missingChips() ? '' : undefined}>
          {textOf(props.board.chips, countText)}/{textOf(props.board.chipsExpected, countText)} chips
        </span>
        <span>chip {temperatureText(props.board.chipTempC)}</span>
        <span>board {temperatureText(props.board.boardTempC)}</span>
        <span>{textOf(props.board.frequencyMhz, value => `${threeDigits(value)} MHz`)}</span>
        <span>{textOf(props.board.voltageV, value => `${threeDigits(value)} V`)}</span>
        <Show when={props.board.hwErrors}>{count => <span>{plural(count(), 'hardware error')}</span>}</Show>
        <Show when={props.board.serial}>{serial => <code class={styles.serial}>{serial()}</code>}</Show>
      </Show>
    </li>
  )
}

function FanLine(props: { readonly fan: Fan }) {
  const stopped = () => props.fan.rpm === 0
  return (
    <li data-bad={stopped() ? '' : undefined}>
      <span>Fan {props.fan.slot}</span>
      <span>
        <Show when={stopped()}>
          <Icon name="close" size={12} />
        </Show>
        {textOf(props.fan.rpm, value => `${countText(value)} RPM`)}
      </span>
      <span class={styles.percent}>{textOf(props.fan.percent, value => `${countText(value)} %`)}</span>
    </li>
  )
}

function PsuLines(props: { readonly psu: Psu }) {
  return (
    <dl class={styles.psu}>
      <dt>Model</dt>
      <dd>{props.psu.model ?? unknownText}</dd>
      <dt>Input</dt>
      <dd>{textOf(props.psu.inputV, value => `${threeDigits(value)} V`)}</dd>
      <dt>Output</dt>
      <dd>{textOf(props.psu.outputV, value => `${threeDigits(value)} V`)}</dd>
      <dt>Temperature</dt>
      <dd>{temperatureText(props.psu.tempC)}</dd>
      <dt>Fan</dt>
      <dd>{textOf(props.psu.fanRpm, value => `${countText(value)} RPM`)}</dd>
      <dt>Serial</dt>
      <dd>{props.psu.serial ?? unknownText}</dd>
    </dl>
  )
}

function textOf(value: number | null, text: (value: number) => string): string {
  return value === null ? unknownText : text(value)
}

function temperatureText(temperatureC: number | null): string {
  return textOf(temperatureC, value => `${value.toFixed(0)} °C`)
}
