import type { OpenWire } from '../../../apps/site-relay/src/link/wire.ts'
import type { ActorHost } from '../actor/host.ts'
import type { Chance } from '../world/chance.ts'
import type { Cut, Line } from '../world/line.ts'
import type { Owner, Timeline } from '../world/timeline.ts'

/** The way from boxes to controls, as a network of its own that fails. */
export interface Wan {
  readonly openWire: (life: Machine) => OpenWire
  /** Cuts what is open to a control, and keeps new lines from opening for a while. */
  readonly cut: (way: Way, how: Cut, ms: number) => void
  readonly stall: (way: Way, ms: number) => void
  /** A machine is gone: whom it was connected to may learn of it late. */
  readonly dropDead: () => void
  /** How often a box dialled. */
  readonly dials: () => number
  /** Whether a box has a line to a control on which everything arrives. */
  readonly reaches: (box: string, host: string) => boolean
  /** Boxes that are connected twice to one control. */
  readonly doubled: () => readonly string[]
}

/** To a control, of all boxes or of one. */
export interface Way {
  readonly host: string
  readonly box?: string | undefined
}

export interface WanDeps {
  readonly timeline: Timeline
  readonly chance: Chance
  readonly hosts: ReadonlyMap<string, ActorHost>
  readonly grantOf: (host: string) => object
  /** What a box says, as its release says it. */
  readonly speak: (chunk: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>
  /** What a control says, as it leaves. */
  readonly said: (way: { readonly host: string; readonly box: string }, chunk: Uint8Array) => void
  /** What a control says, as it reaches a box. */
  readonly heard: (chunk: Uint8Array) => void
}

type Machine = Owner & { readonly box: string }

interface Open {
  readonly host: string
  readonly line: Line
  readonly life: Machine
}

/** As `ws` has it: a handshake that takes longer fails. */
const handshakeMs = 15_000

export function createWan({ timeline, chance, hosts, grantOf, speak, said, heard }: WanDeps): Wan {
  const open = new Set<Open>()
  const downUntil = new Map<string, number>()
  let nonce = 0
  let dials = 0
  const to = ({ host, box }: Way) =>
    [...open].filter(each => each.host === host && (box === undefined || each.life.box === box))

  const openWire =
    (life: Machine): OpenWire =>
    (url, events) => {
      const name = url.hostname
      const host = hosts.get(name)
      if (!host) throw new Error(`no control at ${name}`)
      dials += 1
      let opened = false
      let ended = false
      const end = (code: number, reason: string) => {
        if (ended) return
        ended = true
        if (entry) open.delete(entry)
        events.closed(code, reason)
      }
      const client = {
        owner: life,
        opened: () => {
          opened = true
          events.opened()
        },
        coming: (data: string | Uint8Array) => {
          if (typeof data !== 'string') said({ host: name, box: life.box }, data)
        },
        message: (data: string | Uint8Array<ArrayBuffer>) => {
          if (ended || typeof data === 'string') return
          heard(data)
          events.chunk(data)
        },
        pong: events.pong,
        closed: end,
      }
      const grant = { ...grantOf(name), nonce: `nonce-${(nonce += 1)}` }
      const isDown = [name, `${name}/${life.box}`].some(way => (downUntil.get(way) ?? 0) > timeline.now())
      const line = isDown ? null : host.connect('link', client, grant)
      const entry = line && { host: name, line, life }
      if (entry) open.add(entry)
      const giveUp = () => {
        if (opened || ended) return
        line?.drop('client')
        events.failed('no way there')
        end(1006, '')
      }
      timeline.after(entry ? handshakeMs : chance.pick([3, handshakeMs]), giveUp, life)
      return {
        send: (chunk, sent) => line?.send('client', speak(chunk), sent),
        isOpen: () => opened && !ended && line?.isOpen('client') === true,
        bufferedBytes: () => line?.buffered('client') ?? 0,
        ping: () => line?.ping(),
        close: (code, reason) => line?.close('client', code, reason),
        terminate: () => {
          line?.drop('client')
          timeline.after(0, () => end(1006, ''), life)
        },
      }
    }

  return {
    openWire,
    cut: (way, how, ms) => {
      downUntil.set(way.box === undefined ? way.host : `${way.host}/${way.box}`, timeline.now() + ms)
      for (const { line } of to(way)) line.cut(how)
    },
    stall: (way, ms) => {
      for (const { line } of to(way)) line.stall(ms)
    },
    dropDead: () => {
      for (const each of open) {
        if (each.life.alive()) continue
        open.delete(each)
        each.line.drop('client')
      }
    },
    dials: () => dials,
    reaches: (box, host) => to({ host, box }).some(({ life, line }) => life.alive() && line.isWhole()),
    doubled: () => {
      const ways = [...open].filter(({ life, line }) => life.alive() && line.isOpen('client'))
      const names = ways.map(({ host, life }) => `${host}/${life.box}`)
      return names.filter((way, index) => names.indexOf(way) !== index)
    },
  }
}
