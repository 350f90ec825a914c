import type { Command } from './command.ts'

interface Entry {
  readonly says: string
  readonly load: () => Promise<{ readonly command: Command }>
}

/** The words of `headframe <word> ...`, each in a file of its own that is loaded only when it is asked for. */
export const commands: Readonly<Record<string, Entry>> = {
  start: { says: 'run a relay and a local control on this box', load: () => import('./start.ts') },
  relay: { says: 'run a relay alone, for a control elsewhere', load: () => import('./relay.ts') },
  build: { says: 'build the dashboard and the control worker, if they are stale', load: () => import('./build.ts') },
  join: { says: 'enrol this relay with a control: join <url> <code>', load: () => import('./join.ts') },
  leave: { says: 'forget a control on this box: leave <control>', load: () => import('./leave.ts') },
  witness: { says: 'say which of two boxes acts, on a third machine', load: () => import('./witness.ts') },
  takeover: { says: 'let this box act when the other is off', load: () => import('./takeover.ts') },
  status: { says: 'what the relay on this box is doing', load: () => import('./status.ts') },
  read: { says: 'read one miner: read <address> --json', load: () => import('./read.ts') },
  decode: { says: 'decode a recorded set of replies: decode <folder> --json', load: () => import('./decode.ts') },
  credential: { says: 'set the login of a kind of miner', load: () => import('./credential.ts') },
}
