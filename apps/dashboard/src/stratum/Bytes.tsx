import { createMemo, createSignal, For, Show } from 'solid-js'
import { countText, plural } from '../parts/amount.ts'
import { Button } from '../parts/Button.tsx'
import styles from './Bytes.module.css'
import type { JsonNode } from './json-tree.ts'

const inLine = 16
const firstBytes = 2048

/** The bytes as they were on the wire: place, hex and text. Those of the chosen field are lit. */
export function Bytes(props: {
  readonly bytes: Uint8Array
  readonly sizeBytes: number
  readonly chosen: JsonNode | null
}) {
  const [all, setAll] = createSignal(false)
  const shown = () => (all() ? props.bytes.length : Math.min(firstBytes, props.bytes.length))
  const places = createMemo(() => Array.from({ length: Math.ceil(shown() / inLine) }, (_, line) => line * inLine))
  const range = () => props.chosen ?? { start: -1, end: -1 }
  return (
    <div>
      <h3 class={styles.title}>
        Bytes <span>{plural(props.sizeBytes, 'byte')}</span>
      </h3>
      <Show when={props.sizeBytes > props.bytes.length}>
        <p>The capture kept the first {countText(props.bytes.length)}.</p>
      </Show>
      <div class={styles.dump} role="group" aria-label="Raw bytes" tabindex={0}>
        <For each={places()}>
          {place => (
            <DumpLine
              place={place}
              bytes={props.bytes.subarray(place, place + inLine)}
              start={range().start}
              end={range().end}
            />
          )}
        </For>
      </div>
      <Show when={shown() < props.bytes.length}>
        <Button onClick={() => setAll(true)}>Show all {countText(props.bytes.length)} bytes</Button>
      </Show>
    </div>
  )
}

function DumpLine(props: {
  readonly place: number
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}) {
  const parts = () => split(props.bytes, props.start - props.place, props.end - props.place)
  return (
    <div class={styles.line}>
      <span class={styles.place}>{props.place.toString(16).padStart(4, '0')}</span>
      <span>
        <For each={parts()}>
          {part => (
            <span data-lit={part.lit ? '' : undefined}>
              {Array.from(part.bytes, hexOf).join(' ')}
              {part.bytes.length > 0 ? ' ' : ''}
            </span>
          )}
        </For>
      </span>
      <span class={styles.text}>
        <For each={parts()}>
          {part => <span data-lit={part.lit ? '' : undefined}>{Array.from(part.bytes, charOf).join('')}</span>}
        </For>
      </span>
    </div>
  )
}

/** A line in up to three parts: before, in and after the lit range. */
function split(bytes: Uint8Array, start: number, end: number) {
  const from = Math.max(0, Math.min(bytes.length, start))
  const to = Math.max(from, Math.min(bytes.length, end))
  return [
    { lit: false, bytes: bytes.subarray(0, from) },
    { lit: true, bytes: bytes.subarray(from, to) },
    { lit: false, bytes: bytes.subarray(to) },
  ].filter(part => part.bytes.length > 0)
}

const hexOf = (byte: number) => byte.toString(16).padStart(2, '0')
const charOf = (byte: number) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')
