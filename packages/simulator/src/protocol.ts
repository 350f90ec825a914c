import type { Socket } from 'node:net'
import type { Fault } from './fault.ts'
import type { Measurement } from './measurement.ts'
import type { PoolRow, PoolSetting } from './pool.ts'

/** What is fixed for one miner. */
export interface Identity {
  readonly id: string
  readonly seed: number
  readonly mac: string
  readonly serial: string
  readonly hostname: string
  /** WhatsMiner: whether its owner opened the write API. */
  readonly writeApi: boolean
}

/** What is so at one moment. */
export interface Snapshot {
  readonly now: number
  readonly address: string
  readonly fault: Fault | null
  readonly uptimeS: number
  /** Since the mining process began. */
  readonly minedS: number
  readonly locating: boolean
  /** As mined with. */
  readonly pools: readonly PoolRow[]
  /** As configured: on some firmware they take effect later. */
  readonly configured: readonly PoolSetting[]
  readonly measurement: Measurement
}

/** All that a protocol may know of a miner and do to it. */
export interface Inside {
  readonly identity: Identity
  now(): number
  snapshot(): Snapshot
  /** @param factory the password as it is delivered */
  password(factory: string): string
  reboot(): void
  /** Ends the mining process and begins it anew, with the pools as configured. */
  restartMining(): void
  /** @param forMs until it goes off by itself */
  locate(on: boolean, forMs?: number): void
  setPools(pools: readonly PoolSetting[]): void
  /** How an answer goes out: late, torn or never, as the miner's fault has it. */
  deliver(text: string, send: (text: string) => void): void
}

export type Port = 80 | 4028 | 4433

/** A port of a miner, and what speaks there. */
export interface Door {
  readonly port: Port
  serve(socket: Socket): void
}

/** What a protocol answers; `after` runs when it is out. `null`: it closes without a word. */
export type Answer = { readonly text: string; readonly after?: () => void } | null
