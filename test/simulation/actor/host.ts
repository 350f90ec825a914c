import { createSeatRules, type SeatRules } from '../rules/seat-rules.ts'
import type { Chance } from '../world/chance.ts'
import { PowerCut, type DiskFaults } from '../world/disk.ts'
import { createLine, type Line, type LineEnd } from '../world/line.ts'
import type { Timeline } from '../world/timeline.ts'
import type { ActorCode, ActorSite, ActorStorage } from './code.ts'
import { ActorSocket } from './socket.ts'
import { openActorDisk, type ActorDisk } from './sql-storage.ts'

/** One SiteActor as workerd runs it: turns with an output gate, hibernation, alarms, and crashes. */
export interface ActorHost {
  /** Runs on the actor, awake, as one turn. Undefined when it crashed over it. */
  readonly turn: <T>(run: (site: ActorSite) => T) => T | undefined
  /** Opens a socket from `client`. Null while the host is down. */
  readonly connect: (kind: 'link' | 'dashboard', client: LineEnd, grant: object) => Line | null
  readonly disk: () => ActorDisk
  /** Drops the object; its sockets stay. */
  readonly hibernate: () => void
  /** Its storage forgets when it is to be woken. */
  readonly loseAlarm: () => void
  /** Drops the object and its sockets. `image`: the disk is an older copy when it comes back. */
  readonly crash: (downMs: number, image?: Uint8Array) => void
  /** Its clock changed by this much. */
  readonly jump: (ms: number) => void
  readonly now: () => number
  /** Links that speak, by what their sockets remember. */
  readonly speakers: () => number
  /** Since it came up, or its clock was set. */
  readonly upForMs: () => number
  /** Since its clock was set; infinite where it never was. */
  readonly setForMs: () => number
}

export interface ActorHostDeps {
  readonly name: string
  readonly code: ActorCode
  readonly timeline: Timeline
  readonly chance: Chance
  readonly faults: DiskFaults
  /** Asked after a turn is on disk and before what it sends leaves. */
  readonly dies: () => boolean
  readonly wallAt: (ms: number) => number
  readonly committed: () => void
  readonly crashed: (restored: boolean) => void
  readonly violated: (rule: string, text: string) => void
  /** The actor threw where nothing had failed. */
  readonly threw: (error: unknown) => void
}

interface Server {
  readonly socket: ActorSocket
  readonly rules: SeatRules
  readonly line: Line
}

export function createActorHost(deps: ActorHostDeps): ActorHost {
  const { timeline, code, chance } = deps
  const servers = new Map<ActorSocket, Server>()
  let disk = openActorDisk(null, deps.faults)
  let site: { readonly site: ActorSite; readonly alarms: ReturnType<ActorCode['createAlarms']> } | null = null
  let upAt = 0
  let offset = 0
  let setAt = -Infinity
  /** When the alarm is due for which something waits. */
  let armed: number | null = null
  let leaving: (() => void)[] = []
  const now = () => Math.floor(deps.wallAt(timeline.now()) + offset)
  const owner = { alive: () => true, failed: deps.threw }

  function wake() {
    const storage: ActorStorage = {
      sql: disk,
      setAlarm: at => {
        disk.setAlarm(at)
        return Promise.resolve()
      },
      getAlarm: async () => disk.alarm(),
      transactionSync: run => disk.transaction(run),
    }
    code.migrate(storage, code.migrations)
    const alarms = code.createAlarms(storage)
    const sockets = (kind: string) => [...servers.keys()].filter(socket => socket.kind === kind)
    const after = (ms: number, run: () => void) =>
      timeline.after(ms, () => void (site?.site === made && turn(() => run())), owner)
    const made = new code.Site({ id: 'site_SIMULATED00001', sql: disk, alarms, now, after, sockets })
    site = { site: made, alarms }
    // It sets an alarm that was lost after this turn is over.
    void alarms.check().then(() => armAlarm())
    return site
  }

  function begin(): void {
    disk.begin()
  }

  /** On disk first; then what was sent leaves. */
  function finish(): void {
    disk.commit()
    armAlarm()
    deps.committed()
    if (deps.dies()) throw new PowerCut('after the commit')
    for (const leave of leaving.splice(0)) leave()
  }

  function fail(error: unknown): void {
    disk.rollback()
    if (!(error instanceof PowerCut) && !isDiskError(error)) deps.threw(error)
    crash(chance.between(10, 3000))
  }

  function turn<T>(run: (site: ActorSite) => T): T | undefined {
    if (timeline.now() < upAt) return undefined
    try {
      begin()
      const result = run((site ?? wake()).site)
      finish()
      return result
    } catch (error) {
      fail(error)
      return undefined
    }
  }

  /** What a message leaves to be awaited is a turn of its own; nothing else happens before it is over. */
  async function message(server: Server, data: string | ArrayBuffer): Promise<void> {
    if (typeof data !== 'string') server.rules.received(new Uint8Array(data))
    const later = turn(site => site.message(server.socket, data))
    if (server.socket.kind === 'link' && servers.has(server.socket)) server.rules.check(server.socket.remembers())
    if (!later) return
    try {
      begin()
      await later()
      finish()
    } catch (error) {
      fail(error)
    }
  }

  /** It goes with the turn that it wakes: one that fails is tried again. */
  function armAlarm(again = false): void {
    const at = disk.alarm()
    if (at === null || (at === armed && !again)) return
    armed = at
    timeline.after(
      Math.max(at - now(), upAt - timeline.now()),
      () => {
        if (disk.alarm() !== at || now() < at || timeline.now() < upAt) return
        armed = null
        turn(woken => {
          disk.setAlarm(null)
          for (const name of site?.alarms.take(now()) ?? []) woken.alarm(name)
        })
      },
      owner,
    )
  }

  function crash(downMs: number, image?: Uint8Array): void {
    upAt = timeline.now() + downMs
    site = null
    leaving = []
    disk = openActorDisk(image ?? disk.image(), deps.faults)
    armAlarm(true)
    const dropped = [...servers.values()]
    servers.clear()
    for (const { line } of dropped) line.drop('server')
    deps.crashed(image !== undefined)
  }

  return {
    turn,
    connect: (kind, client, grant) => {
      if (timeline.now() < upAt) return null
      const socket: ActorSocket = new ActorSocket(kind, {
        line: () => line,
        leave: run => leaving.push(run),
        sent: data => typeof data !== 'string' && rules.sent(data),
      })
      const rules = createSeatRules(deps.violated)
      const gone = () => {
        socket.readyState = 3
        if (servers.delete(socket)) turn(site => site.closed(socket))
      }
      const line: Line = createLine(
        {
          client,
          server: {
            owner: { alive: () => servers.has(socket), failed: deps.threw },
            message: data =>
              message({ socket, rules, line }, typeof data === 'string' ? data : Uint8Array.from(data).buffer),
            closed: gone,
          },
        },
        { timeline, chance },
      )
      servers.set(socket, { socket, rules, line })
      turn(site => (kind === 'link' ? site.openLink(socket, grant) : site.openDashboard(socket, grant)))
      return line
    },
    disk: () => disk,
    loseAlarm: () => {
      turn(() => disk.setAlarm(null))
      armed = null
      site = null
    },
    hibernate: () => {
      site = null
      for (const { socket, rules } of servers.values()) if (socket.kind === 'link') rules.check(socket.remembers())
    },
    crash,
    speakers: () => [...servers.keys()].filter(socket => socket.remembers().includes('"stage":"linked"')).length,
    upForMs: () => timeline.now() - Math.max(upAt, setAt),
    setForMs: () => timeline.now() - setAt,
    jump: ms => {
      offset += ms
      setAt = timeline.now()
      armAlarm(true)
    },
    now,
  }
}

const isDiskError = (error: unknown) => error instanceof Error && 'errcode' in error
