// Functions that run in the page: each is sent as it is written, and may use nothing from outside of itself.

export interface Timed {
  readonly answeredMs: number
  readonly paintedMs: number
}

/** Notes every task of more than 50 ms. */
export function followTasks(): void {
  const tasks: number[] = []
  Reflect.set(window, 'longTasks', tasks)
  new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) tasks.push(Math.round(duration))
  }).observe({ type: 'longtask', buffered: true })
}

/** Notes in `tableAt` when the first rows of the table were painted, in ms since the navigation began. */
export function waitForTable(): void {
  const watch = new MutationObserver(() => {
    if (!document.querySelector('[role=gridcell][data-column=address]')?.textContent) return
    watch.disconnect()
    // What comes after a frame's callbacks comes after its painting.
    requestAnimationFrame(() => setTimeout(() => Reflect.set(window, 'tableAt', performance.now())))
  })
  watch.observe(document, { subtree: true, childList: true, characterData: true })
}

/** Presses the header of a column. */
export async function timePress(column: number): Promise<Timed> {
  const task = () => new Promise(resolve => setTimeout(resolve))
  const button = document.querySelectorAll<HTMLButtonElement>('[role=columnheader] button')[column]
  const startedAt = performance.now()
  button?.click()
  await task()
  document.getElementById('miners-grid')?.getBoundingClientRect()
  const answeredMs = performance.now() - startedAt
  await new Promise(requestAnimationFrame)
  await task()
  return { answeredMs, paintedMs: performance.now() - startedAt }
}

/** Gives the search box another text, as one more letter does. */
export async function timeTyping(text: string): Promise<Timed> {
  const task = () => new Promise(resolve => setTimeout(resolve))
  const box = document.querySelector<HTMLInputElement>('#search')
  const startedAt = performance.now()
  if (box) box.value = text
  box?.dispatchEvent(new InputEvent('input', { bubbles: true }))
  await task()
  document.getElementById('miners-grid')?.getBoundingClientRect()
  const answeredMs = performance.now() - startedAt
  await new Promise(requestAnimationFrame)
  await task()
  return { answeredMs, paintedMs: performance.now() - startedAt }
}

/** Scrolls two screens further with each frame for some seconds; answers how many places were seen without their row. */
export async function scrollThrough(): Promise<number> {
  const grid = document.getElementById('miners-grid')
  const rowPx = 28
  let blank = 0
  if (!grid) return Number.NaN
  for (let frame = 0; frame < 120; frame++) {
    const { top, bottom, height } = grid.getBoundingClientRect()
    const rows = [...grid.querySelectorAll('[role=row][aria-selected]')].map(row => row.getBoundingClientRect())
    const seen = new Set(
      rows.filter(row => row.bottom > top + rowPx && row.top < bottom).map(row => Math.round(row.top)),
    )
    blank += Math.max(0, Math.floor(height / rowPx) - 1 - seen.size)
    grid.scrollTop += 2 * height
    await new Promise(requestAnimationFrame)
  }
  return blank
}
