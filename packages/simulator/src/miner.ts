import type { Socket } from 'node:net'
import { faultNamed, faultOptions, type Fault, type FaultName, type FaultOptions } from './fault.ts'
import { measure, rateHs, type Measurement } from './measurement.ts'
import type { MinerDeps, MinerSetup, MinerState } from './miner-setup.ts'
import type { Family } from './model.ts'
import type { Host } from './network.ts'
import { idle, type PoolSetting } from './pool.ts'
import type { Door, Inside, Port, Snapshot } from './protocol.ts'
import type { Shares } from './shares.ts'
import type { Visited } from './visits.ts'

/** One miner: it boots, mines, is asked and told things on its ports, and has faults. */
export class SimulatedMiner implements Host {
  readonly setup: MinerSetup
  readonly visited: Visited = { begunAt: 0, lastAt: 0 }
  readonly #deps: MinerDeps
  /** Made when it is first asked. */
  #doors: readonly Door[] | null = null
  /** Only while there are some: at 50,000 miners empty sets weigh. */
  #sockets: Set<Socket> | null = null
  #heldAt: string | null = null
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
  #waiting: Set<() => void> | null = null
  #closed = false

  constructor(setup: MinerSetup, deps: MinerDeps) {
    this.setup = setup
    this.#deps = deps
    this.#address = setup.address
    this.#configured = setup.pools
    this.#mined = setup.pools
    this.#bootedAt = setup.beganAt - setup.uptimeMs
    this.#miningSince = this.#bootedAt
  }

  async start(): Promise<void> {
    this.#mine(this.#miningSince)
    await this.#settle()
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const callOff of this.#waiting ?? []) callOff()
    await Promise.all([this.#settle(), this.#stopMining()])
  }

  get id(): string {
    return this.setup.identity.id
  }

  get family(): Family {
    return this.setup.model.family
  }

  get model(): string {
    return this.setup.model.name
  }

  get mac(): string {
    return this.setup.identity.mac
  }

  get serial(): string {
    return this.setup.identity.serial
  }

  get fault(): Fault | null {
    return this.#fault
  }

  get address(): string {
    return this.#address
  }

  get openPorts(): readonly Port[] {
    return this.#opened().map(door => door.port)
  }

  get reachableAt(): string | null {
    const reachable = !this.#closed && this.#phase === 'up' && faultNamed(this.#fault, 'refuse') === null
    return reachable ? this.#address : null
  }

  /** Takes a connection to one of its ports. */
  serve(port: Port, socket: Socket): void {
    this.#deps.visits.note(this.visited)
    const sockets = (this.#sockets ??= new Set())
    sockets.add(socket)
    socket.on('close', () => {
      sockets.delete(socket)
      if (sockets.size === 0 && this.#sockets === sockets) this.#sockets = null
    })
    // A client that goes away in the middle is nothing to a miner.
    socket.on('error', () => {})
    if (faultNamed(this.#fault, 'silent') !== null) socket.resume()
    else
      this.#opened()
        .find(door => door.port === port)
        ?.serve(socket)
  }

  #opened(): readonly Door[] {
    return (this.#doors ??= this.setup.doors(this.#inside()))
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
    if (move !== null) this.#move(this.#deps.move(this, move.options.address))
    this.#fault = fault
    if (this.#phase === 'off' && faultNamed(this.#fault, 'reboot-never-returns') === null) this.#boot()
    await this.#settle()
  }

  /** As by the command of its protocol. */
  reboot(): void {
    if (this.#phase !== 'up') return
    this.#stopMining().catch(this.#deps.failed)
    const returns = faultNamed(this.#fault, 'reboot-never-returns') === null
    this.#phase = returns ? 'rebooting' : 'off'
    this.#locatingUntil = 0
    this.#settle().catch(this.#deps.failed)
    if (returns) this.#later(this.setup.rebootMs, () => this.#boot())
  }

  #boot(): void {
    this.#phase = 'up'
    this.#boots += 1
    this.#bootedAt = this.#deps.now()
    this.#restartMining()
    this.#settle().catch(this.#deps.failed)
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
      countedFrom: Math.max(since, this.setup.beganAt),
    })
  }

  async #stopMining(): Promise<void> {
    const shares = this.#shares
    this.#shares = null
    await shares?.stop()
  }

  // Whoever is connected where it is no more has lost it.
  #settle(): Promise<void> {
    if (this.reachableAt !== this.#heldAt) for (const socket of this.#sockets ?? []) socket.destroy()
    this.#heldAt = this.reachableAt
    return this.#deps.network.settle(this)
  }

  #snapshot(): Snapshot {
    const now = this.#deps.now()
    const { identity, model, rebootMs } = this.setup
    const shares = this.#shares?.pools() ?? []
    const [fault, miningSince] = [this.#fault, this.#miningSince]
    let measurement: Measurement | null = null
    return {
      now,
      address: this.#address,
      fault: this.#fault,
      uptimeS: Math.floor((now - this.#bootedAt) / 1000),
      minedS: Math.floor((now - this.#miningSince) / 1000),
      locating: now < this.#locatingUntil,
      pools: this.#mined.map((pool, slot) => ({ slot, ...pool, ...(shares[slot] ?? idle) })),
      configured: this.#configured,
      // Most pages need none.
      get measurement() {
        return (measurement ??= measure(model, { seed: identity.seed, now, miningSince, rampMs: rebootMs, fault }))
      },
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
    const waiting = (this.#waiting ??= new Set())
    const callOff = this.#deps.after(ms, () => {
      waiting.delete(callOff)
      run()
    })
    waiting.add(callOff)
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
