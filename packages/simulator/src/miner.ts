import type { Socket } from 'node:net'
import { faultNamed, faultOptions, type Fault, type FaultName, type FaultOptions } from './fault.ts'
import { measure, rateHs } from './measurement.ts'
import type { Model } from './model.ts'
import { idle, type PoolRow, type PoolSetting } from './pool.ts'
import type { Door, Identity, Inside, Port, Snapshot } from './protocol.ts'
import type { Shares, StartShares } from './shares.ts'
import type { Listening, World } from './world.ts'

/** What a simulated miner is in truth, whatever it answers. */
export interface MinerState {
  /** `off`: a reboot from which it did not return. */
  readonly phase: 'up' | 'rebooting' | 'off'
  readonly address: string
  readonly fault: Fault | null
  readonly boots: number
  readonly uptimeS: number
  readonly locating: boolean
  readonly hashrateHs: number
  readonly powerW: number
  readonly pools: readonly PoolRow[]
}

export interface MinerSetup {
  readonly identity: Identity
  readonly model: Model
  readonly address: string
  readonly pools: readonly PoolSetting[]
  readonly rebootMs: number
  /** How long it has been up when the simulation begins. */
  readonly uptimeMs: number
  readonly ports: Readonly<Record<Port, number>>
  readonly doors: (inside: Inside) => readonly Door[]
}

export interface MinerDeps extends World {
  readonly startShares: StartShares
  /** An address of the site that no miner has: the one wanted, or the next free one. */
  lease(wanted: string | undefined): string
  /** A failure outside any call, such as a port that was taken during a reboot. */
  readonly failed: (error: unknown) => void
}

/** One miner: it boots, mines, is asked and told things on its ports, and has faults. */
export class SimulatedMiner {
  readonly setup: MinerSetup
  readonly #deps: MinerDeps
  readonly #doors: readonly Door[]
  readonly #sockets = new Set<Socket>()
  #address: string
  #phase: MinerState['phase'] = 'up'
  #fault: Fault | null = null
  #boots = 1
  #bootedAt: number
  #miningSince: number
  #locatingUntil = 0
  #configured: readonly PoolSetting[]
  #mined: readonly PoolSetting[]
  #shares: Shares | null = null
  /** Calls off what waits for its time: a boot, a slow answer. */
  readonly #waiting = new Set<() => void>()
  #listening: { address: string; listeners: readonly Listening[] } | null = null
  #settled: Promise<void> = Promise.resolve()
  #closed = false

  constructor(setup: MinerSetup, deps: MinerDeps) {
    this.setup = setup
    this.#deps = deps
    this.#address = setup.address
    this.#configured = setup.pools
    this.#mined = setup.pools
    this.#bootedAt = deps.now() - setup.uptimeMs
    this.#miningSince = this.#bootedAt
    this.#doors = setup.doors(this.#inside())
  }

  async start(): Promise<void> {
    await this.#settleDoors()
    this.#mine(this.#miningSince)
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const callOff of this.#waiting) callOff()
    await Promise.all([this.#settleDoors(), this.#stopMining()])
  }

  get address(): string {
    return this.#address
  }

  state(): MinerState {
    const snapshot = this.#snapshot()
    const up = this.#phase === 'up'
    return {
      phase: this.#phase,
      address: snapshot.address,
      fault: this.#fault,
      boots: this.#boots,
      uptimeS: up ? snapshot.uptimeS : 0,
      locating: snapshot.locating,
      hashrateHs: up ? rateHs(snapshot.measurement, 60_000) : 0,
      powerW: up ? snapshot.measurement.powerW : 0,
      pools: snapshot.pools,
    }
  }

  /** Puts one fault in the place of the one before; `null` heals it. A miner that moved stays where it is. */
  async setFault(name: FaultName | null, options: FaultOptions = {}): Promise<void> {
    const fault = name === null ? null : { name, options: faultOptions.parse(options) }
    const move = faultNamed(fault, 'dhcp-move')
    if (move !== null) this.#move(this.#deps.lease(move.options.address))
    this.#fault = fault
    if (this.#phase === 'off' && faultNamed(this.#fault, 'reboot-never-returns') === null) this.#boot()
    await this.#settleDoors()
  }

  /** As by the command of its protocol. */
  reboot(): void {
    if (this.#phase !== 'up') return
    this.#stopMining().catch(this.#deps.failed)
    const returns = faultNamed(this.#fault, 'reboot-never-returns') === null
    this.#phase = returns ? 'rebooting' : 'off'
    this.#locatingUntil = 0
    this.#settleDoors().catch(this.#deps.failed)
    if (returns) this.#later(this.setup.rebootMs, () => this.#boot())
  }

  #boot(): void {
    this.#phase = 'up'
    this.#boots += 1
    this.#bootedAt = this.#deps.now()
    this.#restartMining()
    this.#settleDoors().catch(this.#deps.failed)
  }

  #move(address: string): void {
    this.#address = address
    if (this.#phase === 'up') this.#mine(this.#miningSince)
  }

  #restartMining(): void {
    this.#mined = this.#configured
    this.#mine(this.#deps.now())
  }

  #mine(since: number): void {
    this.#stopMining().catch(this.#deps.failed)
    this.#miningSince = since
    if (this.#closed) return
    this.#shares = this.#deps.startShares({
      pools: this.#mined,
      address: this.#address,
      seed: this.setup.identity.seed + this.#boots,
      model: this.setup.model,
      since,
    })
  }

  async #stopMining(): Promise<void> {
    const shares = this.#shares
    this.#shares = null
    await shares?.stop()
  }

  // One change of doors at a time, and each looks anew at what should be open.
  #settleDoors(): Promise<void> {
    this.#settled = this.#settled.catch(() => {}).then(() => this.#matchDoors())
    return this.#settled
  }

  async #matchDoors(): Promise<void> {
    const reachable = !this.#closed && this.#phase === 'up' && faultNamed(this.#fault, 'refuse') === null
    const address = reachable ? this.#address : null
    if (address === (this.#listening?.address ?? null)) return
    const listeners = this.#listening?.listeners ?? []
    this.#listening = null
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(listeners.map(listener => listener.close()))
    if (address !== null) this.#listening = { address, listeners: await this.#listen(address) }
  }

  async #listen(address: string): Promise<readonly Listening[]> {
    const opened = await Promise.allSettled(
      this.#doors.map(door =>
        this.#deps.listen({ address, port: this.setup.ports[door.port] }, socket => this.#serve(door, socket)),
      ),
    )
    const listeners = opened.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))
    const refused = opened.find(each => each.status === 'rejected')
    if (refused === undefined) return listeners
    await Promise.all(listeners.map(listener => listener.close()))
    throw refused.reason
  }

  #serve(door: Door, socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    // A client that goes away in the middle is nothing to a miner.
    socket.on('error', () => {})
    if (faultNamed(this.#fault, 'silent') === null) door.serve(socket)
    else socket.resume()
  }

  #snapshot(): Snapshot {
    const now = this.#deps.now()
    const { identity, model, rebootMs } = this.setup
    const shares = this.#shares?.pools() ?? []
    return {
      now,
      address: this.#address,
      fault: this.#fault,
      uptimeS: Math.floor((now - this.#bootedAt) / 1000),
      minedS: Math.floor((now - this.#miningSince) / 1000),
      locating: now < this.#locatingUntil,
      pools: this.#mined.map((pool, slot) => ({ slot, ...pool, ...(shares[slot] ?? idle) })),
      configured: this.#configured,
      measurement: measure(model, {
        seed: identity.seed,
        now,
        miningSince: this.#miningSince,
        rampMs: rebootMs,
        fault: this.#fault,
      }),
    }
  }

  #inside(): Inside {
    // "ok" without effect: the protocol hears that all went well.
    const unless = (act: () => void) => {
      if (faultNamed(this.#fault, 'ok-without-effect') === null) act()
    }
    return {
      identity: this.setup.identity,
      now: () => this.#deps.now(),
      snapshot: () => this.#snapshot(),
      password: factory => faultNamed(this.#fault, 'wrong-password')?.options.password ?? factory,
      reboot: () => unless(() => this.reboot()),
      restartMining: () => unless(() => this.#restartMining()),
      locate: (on, forMs = Number.POSITIVE_INFINITY) =>
        unless(() => void (this.#locatingUntil = on ? this.#deps.now() + forMs : 0)),
      setPools: pools => unless(() => void (this.#configured = pools)),
      deliver: (text, send) => this.#deliver(text, send),
    }
  }

  #later(ms: number, run: () => void): void {
    const callOff = this.#deps.after(ms, () => {
      this.#waiting.delete(callOff)
      run()
    })
    this.#waiting.add(callOff)
  }

  #deliver(text: string, send: (text: string) => void): void {
    switch (this.#fault?.name) {
      case 'silent':
        return
      case 'slow':
        this.#later(this.#fault.options.delayMs, () => send(text))
        return
      case 'broken-json':
        send(text.slice(0, Math.ceil(text.length * 0.6)))
        return
      default:
        send(text)
    }
  }
}
