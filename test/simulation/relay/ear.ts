import type { CommandRules } from '../rules/command-rules.ts'
import { fromNextRelease } from '../rules/skew.ts'
import type { Traffic } from '../rules/traffic.ts'
import type { SimControl } from '../site.ts'
import { saidIn, type Said } from './said.ts'
import type { WanDeps } from './wires.ts'

interface Listening {
  readonly controls: readonly SimControl[]
  readonly commands: CommandRules
  readonly traffic: Traffic
  readonly violated: (rule: string, text: string) => void
}

/** Hears what boxes and controls say to each other, and has rules look at it. */
export function createEar(
  { controls, commands, traffic, violated }: Listening,
  newer: boolean,
): Pick<WanDeps, 'speak' | 'said' | 'heard'> {
  /** It goes out with the life that it has left [C1]. */
  function sends({ host, name }: SimControl, { id, ttlMs }: NonNullable<Said['order']>): void {
    const [row] = host.disk().exec('SELECT expiresAt FROM command WHERE id = ?', id).toArray()
    const left = Number(row?.['expiresAt']) - host.now()
    if (row && ttlMs > Math.max(0, left))
      violated('C1', `${name} sends ${id} for ${ttlMs} ms, of which ${left} are left`)
  }

  return {
    speak: chunk => {
      traffic.crossed('up', chunk)
      return newer ? fromNextRelease(chunk) : chunk
    },
    said: ({ host, box }, chunk) => {
      const said = saidIn(chunk)
      const control = controls.find(({ name }) => name === host)
      if (!control) return
      if (said?.type === 'durable' || said?.type === 'welcome') control.rules.told(box, said)
      if (said?.type === 'command' && said.order) sends(control, said.order)
      const given = control.rules.relay()?.turn?.given ?? 0
      if (said?.type === 'lease' && given < (said.term ?? 0))
        violated('S8', `${host} gives term ${said.term}, and ${given} is on its disk`)
    },
    heard: chunk => {
      traffic.crossed('down', chunk)
      const said = saidIn(chunk)
      if (said?.type === 'command' && said.order) commands.arrived(said.order)
    },
  }
}
