import type { CommandKind } from '@headframe/protocol'

/** A kind of machine, as its data sheet has it. */
export interface Model {
  readonly make: string
  readonly model: string
  readonly firmware: string
  readonly firmwareVersion: string
  readonly driver: string
  readonly hashrateHs: number
  readonly powerW: number
  readonly boards: number
  readonly chips: number
  readonly fans: number
  readonly chipTempC: number
  readonly telling: { readonly power: boolean; readonly mac: boolean }
  readonly commands: readonly CommandKind[]
}

export const models: readonly Model[] = [
  {
    make: 'Bitmain',
    model: 'Antminer S21',
    firmware: 'Antminer stock',
    firmwareVersion: '2024-11-07',
    driver: 'antminer-stock',
    hashrateHs: 200e12,
    powerW: 3500,
    boards: 3,
    chips: 108,
    fans: 4,
    chipTempC: 68,
    telling: { power: false, mac: true },
    commands: ['reboot', 'locate', 'setPools'],
  },
  {
    make: 'Bitmain',
    model: 'Antminer S19j Pro',
    firmware: 'Antminer stock',
    firmwareVersion: '2022-08-12',
    driver: 'antminer-stock',
    hashrateHs: 104e12,
    powerW: 3068,
    boards: 3,
    chips: 126,
    fans: 4,
    chipTempC: 72,
    telling: { power: false, mac: true },
    commands: ['reboot', 'locate', 'setPools'],
  },
  {
    make: 'MicroBT',
    model: 'WhatsMiner M60S',
    firmware: 'WhatsMiner stock',
    firmwareVersion: '20240605.14.Rel',
    driver: 'whatsminer',
    hashrateHs: 186e12,
    powerW: 3441,
    boards: 3,
    chips: 117,
    fans: 2,
    chipTempC: 78,
    telling: { power: true, mac: true },
    commands: ['reboot', 'locate', 'setPools'],
  },
  {
    make: 'Bitaxe',
    model: 'Bitaxe Gamma',
    firmware: 'AxeOS',
    firmwareVersion: 'v2.6.0',
    driver: 'axeos',
    hashrateHs: 1.2e12,
    powerW: 18,
    boards: 1,
    chips: 1,
    fans: 1,
    chipTempC: 58,
    telling: { power: true, mac: true },
    commands: ['reboot', 'setPools'],
  },
]
