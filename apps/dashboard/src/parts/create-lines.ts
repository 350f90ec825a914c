import { createVirtualizer } from '@tanstack/solid-virtual'
import { createEffect, on } from 'solid-js'

/** Lines of one height, of which only those in sight exist. */
export function createLines(options: {
  readonly count: () => number
  readonly scroller: () => HTMLElement | undefined
  readonly linePx: () => number
  /** Covered by a header that stays at the top. */
  readonly headerPx?: () => number
}) {
  const lines = createVirtualizer({
    get count() {
      return options.count()
    },
    get scrollPaddingStart() {
      return options.headerPx?.() ?? 0
    },
    getScrollElement: () => options.scroller() ?? null,
    estimateSize: () => options.linePx(),
    overscan: 10,
  })
  createEffect(on(options.linePx, () => lines.measure(), { defer: true }))
  return lines
}
