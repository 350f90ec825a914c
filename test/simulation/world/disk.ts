import { DatabaseSync, type StatementSync } from 'node:sqlite'

/** The machine stopped in the middle of something. Nothing handles it: nothing is left that could. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut'
}

/** What may happen to a write, told before and after it. `false` before a write: the disk takes nothing of it. */
export interface DiskFaults {
  readonly before: (sql: string) => 'go' | 'full' | 'broken'
  readonly after: (sql: string) => void
}

/** A real SQLite in memory that can fail and stop as a disk does. Its image outlives it. */
export class Disk extends DatabaseSync {
  readonly #faults: DiskFaults
  #dead = false

  constructor(image: Uint8Array | null, faults: DiskFaults) {
    super(':memory:')
    disks.add(this)
    if (image) this.deserialize(image)
    this.#faults = faults
  }

  override prepare(sql: string): StatementSync {
    this.#check()
    const statement = super.prepare(sql)
    const writes = isWrite(sql)
    for (const name of ['run', 'get', 'all'] as const) {
      const real = Reflect.get(statement, name)
      const call = (values: unknown[]): unknown => Reflect.apply(real, statement, values)
      Object.defineProperty(statement, name, {
        value: (...values: unknown[]): unknown => {
          this.#check()
          return writes ? this.#write(sql, () => call(values)) : call(values)
        },
      })
    }
    return statement
  }

  override exec(sql: string): void {
    this.#check()
    if (isWrite(sql)) this.#write(sql, () => super.exec(sql))
    else super.exec(sql)
  }

  /** Ends this incarnation; what was committed is in the image that comes back. */
  cutPower(): Uint8Array {
    this.#dead = true
    this.undo()
    return this.serialize()
  }

  #check(): void {
    if (this.#dead) throw new PowerCut('the disk is gone')
  }

  /** Undoes what was not committed, dead or alive. */
  undo(): void {
    if (this.isTransaction) super.exec('ROLLBACK')
  }

  /** Whoever catches a power cut gets no further with it. */
  #write(sql: string, write: () => unknown): unknown {
    try {
      const verdict = this.#faults.before(sql)
      if (verdict !== 'go') throw diskError(verdict)
      const result = write()
      this.#faults.after(sql)
      return result
    } catch (error) {
      this.#dead ||= error instanceof PowerCut
      throw error
    }
  }
}

/** Those of the world that runs: their memory is none that a collector sees. */
const disks = new Set<Disk>()

/** At the end of a world. */
export function closeDisks(): void {
  for (const disk of disks) disk.close()
  disks.clear()
}

/** As `node:sqlite` throws them (sqlite.org/rescode.html). */
const diskError = (kind: 'full' | 'broken') =>
  kind === 'full'
    ? Object.assign(new Error('database or disk is full'), { errcode: 13, code: 'ERR_SQLITE_ERROR', simulated: true })
    : Object.assign(new Error('disk I/O error'), { errcode: 10, code: 'ERR_SQLITE_ERROR', simulated: true })

const isWrite = (sql: string) =>
  /^\s*(INSERT|UPDATE|DELETE|CREATE|COMMIT|ALTER|DROP|--)/i.test(sql) || /user_version =/.test(sql)
