import { createVirtualizer } from '@tanstack/solid-virtual'
import { createEffect, createMemo, createSignal, on } from 'solid-js'

/**
 * Lines of one height, of which only those in sight exist. Each of a few elements shows one line after another: what scrolls
 * out above is used again below, so that scrolling sets texts and makes nothing.
 */
export function createLines(options: {
  readonly count: () => number
  readonly scroller: () => HTMLElement | undefined
  readonly linePx: () => number
  /** Covered by a header that stays at the top. */
  readonly headerPx?: () => number
}) {
  const [scrolling, setScrolling] = createSignal(false)
  const virtualizer = createVirtualizer({
    get count() {
      return options.count()
    },
    get scrollPaddingStart() {
      return options.headerPx?.() ?? 0
    },
    getScrollElement: () => options.scroller() ?? null,
    estimateSize: () => options.linePx(),
    overscan: 10,
    onChange: virtualizer => setScrolling(virtualizer.isScrolling),
  })
  createEffect(on(options.linePx, () => virtualizer.measure(), { defer: true }))

  const range = createMemo(() => {
    const items = virtualizer.getVirtualItems()
    return { first: items[0]?.index ?? 0, count: items.length }
  })
  /** As many as were ever needed at once. Once scrolling rests they stand in the order of their lines, for those who listen. */
  const elements = createMemo<readonly number[]>(before => {
    const { first, count } = range()
    const size = Math.max(before.length, count)
    if (size === before.length && (scrolling() || before[0] === first % size)) return before
    return Array.from({ length: size }, (_, place) => (first + place) % size)
  }, [])

  return {
    elements,
    /** The lines that exist now: those in sight and some around them. */
    range,
    /** The line that an element shows now, if any. */
    lineOf: (element: number) => {
      const { first, count } = range()
      const span = Math.max(1, elements().length)
      const line = first + ((((element - first) % span) + span) % span)
      return line < Math.min(first + count, options.count()) ? line : null
    },
    topPx: (line: number) => line * options.linePx(),
    /** Goes to the first line; asks no layout of the browser when it is there. */
    showFirst: () => {
      if ((virtualizer.scrollOffset ?? 0) > 0) options.scroller()?.scrollTo({ top: 0 })
    },
    heightPx: () => virtualizer.getTotalSize(),
    show: (line: number, align: 'auto' | 'end' = 'auto') => virtualizer.scrollToIndex(line, { align }),
  }
}
