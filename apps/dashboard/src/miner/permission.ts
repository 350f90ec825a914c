import { includesRole, type CommandKind, type MinerInfo, type RelayStatus, type Role } from '@headframe/protocol'

export interface Circumstances {
  readonly kind: CommandKind
  readonly info: MinerInfo
  readonly relay: RelayStatus | undefined
  readonly role: Role
  readonly connected: boolean
}

/** Why a command cannot be asked now, as a sentence; `null` when it can. Control and relay judge again: this only tells beforehand. */
export function reasonAgainst({ kind, info, relay, role, connected }: Circumstances): string | null {
  if (!includesRole(role, 'operator')) return 'Your role here is viewer. Commands need an operator.'
  if (!info.commands.includes(kind)) return `${info.firmware ?? 'This firmware'} has no such command.`
  if (relay && !relay.allowed.includes(kind))
    return `The policy of relay ${relay.name} forbids it. It is changed on its box.`
  if (!relay || relay.silentSince !== null) return 'Its relay is silent.'
  return connected ? null : 'No connection.'
}
