import { createMemo, Show } from 'solid-js'
import styles from './Sparkline.module.css'

const width = 160
const height = 36
const edge = 2

export interface Point {
  readonly at: number
  /** `null` breaks the line. */
  readonly value: number | null
}

/** A small line of what was seen, to be read beside its number. It starts at no fixed zero: it shows change. */
export function Sparkline(props: { readonly points: readonly Point[]; readonly label: string }) {
  const path = createMemo(() => pathOf(props.points))
  return (
    <Show when={path()} fallback={<div class={styles.empty} aria-hidden="true" />}>
      {path => (
        <svg
          class={styles.line}
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={props.label}
        >
          <path class={styles.area} d={`${path().line}L${path().endX} ${height}L${path().startX} ${height}Z`} />
          <path class={styles.stroke} d={path().line} vector-effect="non-scaling-stroke" />
        </svg>
      )}
    </Show>
  )
}

interface Path {
  readonly line: string
  readonly startX: number
  readonly endX: number
}

/** `null` until there are two points to join. */
function pathOf(points: readonly Point[]): Path | null {
  const known = points.flatMap(({ at, value }) => (value === null ? [] : [{ at, value }]))
  const first = known[0]
  const last = known.at(-1)
  if (!first || !last || first === last) return null
  const values = known.map(point => point.value)
  const [least, most] = [Math.min(...values), Math.max(...values)]
  // Noise under half a percent stays a nearly flat line instead of filling the height.
  const span = Math.max(most - least, Math.abs(least) * 0.005, Number.MIN_VALUE)
  const low = (least + most - span) / 2
  const x = (at: number) => ((at - first.at) / (last.at - first.at)) * width
  const y = (value: number) => height - edge - ((value - low) / span) * (height - 2 * edge)
  const line = known.map(
    (point, index) => `${index === 0 ? 'M' : 'L'}${x(point.at).toFixed(1)} ${y(point.value).toFixed(1)}`,
  )
  return { line: line.join(''), startX: 0, endX: width }
}
