interface Timer {
  at: number
  readonly everyMs: number | null
  readonly act: () => void
}

/** A clock that stands still until it is told. */
export class Clock {
  now = 1_795_176_000_000
  readonly #timers = new Set<Timer>()

  after(delayMs: number, act: () => void): () => void {
    return this.#add({ at: this.now + delayMs, everyMs: null, act })
  }

  every(everyMs: number, act: () => void): () => void {
    return this.#add({ at: this.now + everyMs, everyMs, act })
  }

  /** Lets time pass; what falls due acts in its order. */
  advance(spanMs: number): void {
    const end = this.now + spanMs
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.now = timer.at
      if (timer.everyMs === null) this.#timers.delete(timer)
      else timer.at += timer.everyMs
      timer.act()
    }
    this.now = end
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  #next(end: number): Timer | undefined {
    const due = [...this.#timers].filter(timer => timer.at <= end)
    return due.sort((a, b) => a.at - b.at)[0]
  }
}
