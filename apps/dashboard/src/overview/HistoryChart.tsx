import type { HistoryPoint } from '@headframe/protocol'
import { createMemo, createSignal, For, Show } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { amountText, type Amount } from '../parts/amount.ts'
import { gapText, timeText, withoutText } from './history-words.ts'
import {
  frameHeight,
  frameWidth,
  isInGap,
  missingIn,
  nearest,
  partsOf,
  pathOf,
  shareOf,
  ticksOf,
  topOf,
  type Curve,
  type Span,
} from './history-lines.ts'
import styles from './History.module.css'

interface Line {
  readonly name: string
  readonly look: 'first' | 'second' | 'good' | 'bad'
  readonly value: (point: HistoryPoint) => number | null
}

export interface Plot {
  readonly name: string
  readonly amount: (value: number) => Amount
  readonly lines: readonly Line[]
}

interface ChartProps {
  readonly plots: readonly Plot[]
  readonly curve: Curve
  readonly span: Span
}

/** Far enough from the edges for its text. */
const isInside = (share: number) => share > 0.04 && share < 0.96
const percent = (share: number) => `${(100 * share).toFixed(3)}%`

/** Plots above each other over one time axis, with a line at the moment that is pointed at. */
export function HistoryChart(props: ChartProps) {
  const [pointed, setPointed] = createSignal<number | null>(null)
  const point = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    setPointed(props.span.fromAt + ((event.clientX - left) / width) * (props.span.toAt - props.span.fromAt))
  }
  const move = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const { fromAt, toAt } = props.span
    const next = (pointed() ?? toAt) + (step * (toAt - fromAt)) / 96
    setPointed(Math.max(fromAt, Math.min(toAt, next)))
  }
  return (
    <div class={styles.chart}>
      <Told {...props} at={pointed()} />
      <div
        class={styles.plots}
        role="group"
        aria-label="Curves; arrow keys go along them"
        tabindex={0}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => setPointed(null)}
        onKeyDown={move}
        onBlur={() => setPointed(null)}
      >
        <For each={props.plots}>{plot => <PlotArea {...props} plot={plot} />}</For>
        <For each={props.curve.gaps}>
          {gap => (
            <div
              class={styles.gap}
              classList={{ [styles.partly ?? '']: hasPoints(gap, props.curve) }}
              style={placeOf(gap, props.span)}
            />
          )}
        </For>
        <Show when={pointed()}>
          {at => <div class={styles.cursor} style={{ left: percent(shareOf(at(), props.span)) }} />}
        </Show>
      </div>
      <div class={styles.ticks} aria-hidden="true">
        <For each={ticksOf(props.span).filter(at => isInside(shareOf(at, props.span)))}>
          {at => <span style={{ left: percent(shareOf(at, props.span)) }}>{timeText(at, props.span)}</span>}
        </For>
      </div>
    </div>
  )
}

const hasPoints = (gap: Span, { points }: Curve) => points.some(point => isInGap(point.at, [gap]))

function placeOf(gap: Span, span: Span) {
  const left = shareOf(gap.fromAt, span)
  return { left: percent(left), width: percent(shareOf(gap.toAt, span) - left) }
}

function PlotArea(props: ChartProps & { readonly plot: Plot }) {
  const top = createMemo(() =>
    topOf(props.curve.points.flatMap(point => props.plot.lines.map(line => line.value(point)))),
  )
  const paths = (line: Line) => {
    const values = props.curve.points.map(point => ({ at: point.at, value: line.value(point) }))
    const { whole, partial } = partsOf(values, props.curve)
    const frame = { ...props.span, top: top() }
    return { whole: pathOf(whole, frame), partial: pathOf(partial, frame) }
  }
  return (
    <div class={styles.plot}>
      <h3>
        {props.plot.name}{' '}
        <For each={props.plot.lines.length > 1 ? props.plot.lines : []}>
          {line => (
            <span class={styles.key}>
              <i class={styles[line.look]} /> {line.name}
            </span>
          )}
        </For>
      </h3>
      <svg viewBox={`0 0 ${frameWidth} ${frameHeight}`} preserveAspectRatio="none" aria-hidden="true">
        <For each={props.plot.lines}>
          {line => {
            const drawn = createMemo(() => paths(line))
            return (
              <>
                <path class={styles[line.look]} d={drawn().whole} />
                <path class={styles[line.look]} classList={{ [styles.partial ?? '']: true }} d={drawn().partial} />
              </>
            )
          }}
        </For>
      </svg>
      <span class={styles.top}>{amountText(props.plot.amount(top()))}</span>
      <span class={styles.zero}>0</span>
    </div>
  )
}

/** What holds at the moment that is pointed at; else what there is to see. */
function Told(props: ChartProps & { readonly at: number | null }) {
  const site = useSite()
  const relayName = (id: string) => site.facts()?.relays.find(relay => relay.id === id)?.name ?? 'a relay of before'
  const text = () => {
    const { at, curve, span } = props
    if (curve.points.length === 0) return 'Nothing was kept yet: the first point comes within a minute.'
    if (at === null) return legend()
    const point = nearest(curve.points, at, 1.5 * curve.stepMs)
    const gap = curve.gaps.find(gap => isInGap(at, [gap]))
    const missing = point ? missingIn(point.at, curve) : []
    if (gap && missing.length === 0) return gapText(gap, relayName(gap.relay), span)
    if (!point) return `${timeText(at, span, true)}: nothing was kept`
    const without = missing.length > 0 ? `, ${withoutText(missing, relayName)}` : ''
    return `${timeText(point.at, span, true)}${without}: ${pointText(point)}`
  }
  const legend = createMemo(() => {
    const { curve } = props
    if (curve.gaps.length === 0) return '\u00a0'
    const missing = curve.points.flatMap(point => missingIn(point.at, curve).map(gap => relayName(gap.relay)))
    const thin = missing.length > 0 ? ` Thin lines: the site without ${[...new Set(missing)].join(', ')}.` : ''
    return `Hatched: not known.${thin} Point at it to see why.`
  })
  const pointText = (point: HistoryPoint) =>
    props.plots
      .flatMap(({ name, amount, lines }) =>
        lines.map(line => {
          const value = line.value(point)
          const word = lines.length > 1 ? `${name.toLowerCase()} ${line.name}` : name.toLowerCase()
          return `${word} ${value === null ? '–' : amountText(amount(value)).trim()}`
        }),
      )
      .join(', ')
  return (
    <p class={styles.told} role="status">
      {text()}
    </p>
  )
}
