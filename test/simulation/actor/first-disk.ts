import type { ActorCode } from './code.ts'
import { openActorDisk } from './sql-storage.ts'

/** The disk of an actor as the first release left it. */
export function firstActorDisk({ migrate, migrations }: ActorCode): Uint8Array {
  const disk = openActorDisk(null, { before: () => 'go', after: () => {} })
  const storage = {
    sql: disk,
    setAlarm: () => Promise.resolve(),
    getAlarm: () => Promise.resolve(null),
    transactionSync: <T>(run: () => T) => run(),
  }
  migrate(storage, migrations.slice(0, 1))
  return disk.image()
}
