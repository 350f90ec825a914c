import { columns, createTable, moveCell, type LiveTable, type Moment } from '@headframe/protocol'
import { createHistory, minuteMs, type History, type HistoryDeps } from './history.ts'
import { createMemoryFiles, type MemoryFiles } from './memory-files.ts'

/** For tests: a relay that keeps history, under a clock of the test's own. */
export interface Keeping {
  readonly history: () => History
  readonly disk: MemoryFiles
  /** Two cohorts of three. */
  readonly tables: readonly { readonly cohort: number; readonly table: LiveTable }[]
  readonly clock: { now: number; monotonic: number; epoch: number }
  readonly said: string[]
  /** Lets minutes pass, in ticks of ten seconds, from half past one to half past the next; the first miner gets hotter by a degree in each. */
  readonly pass: (minutes: number) => void
  /** Starts the relay again on the same disk, so many ms later. */
  readonly restart: (afterMs: number) => void
  readonly moment: (minute: number) => Moment
}

/** 2026-11-20 10:00, UTC. */
export const tenAt = 1_795_168_800_000

export function keeping(limits: Partial<HistoryDeps['limits']> = {}, disk = createMemoryFiles()): Keeping {
  const clock = { now: tenAt - 30_000, monotonic: 0, epoch: 1 }
  const tables = [0, 1].map(cohort => ({ cohort, table: createTable(3) }))
  const said: string[] = []
  let heatC = 50
  const start = () =>
    createHistory({
      files: disk,
      tables: () => tables,
      now: () => clock.now,
      monotonic: () => clock.monotonic,
      epoch: () => clock.epoch,
      newEpoch: () => void (clock.epoch += 1),
      clock: () => 'plausible',
      boot: `boot ${clock.epoch}`,
      before: 'stopped',
      limits: { maxBytes: 2 ** 40, keepFreeBytes: 0, ...limits },
      log: (_level, text) => said.push(text),
    })
  let history = start()
  const tick = (ms: number) => {
    clock.now += ms
    clock.monotonic += ms
    history.tick()
  }
  history.tick()
  return {
    history: () => history,
    disk,
    tables,
    clock,
    said,
    pass: minutes => {
      for (let ticks = 0; ticks < minutes * 6; ticks++) {
        if (clock.now % minuteMs === minuteMs / 2) heatC += 1
        moveCell(tables[0]?.table ?? createTable(0), { column: columns.chipTempC, slot: 0, value: heatC })
        tick(10_000)
      }
    },
    restart: afterMs => {
      clock.now += afterMs
      clock.monotonic = 0
      clock.epoch += 1
      history = start()
      history.tick()
    },
    moment: minute => ({ epoch: clock.epoch, at: tenAt + minute * minuteMs }),
  }
}
