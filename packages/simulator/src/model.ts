/** What is true of every miner of a model. Rates, watts and temperatures are those of a healthy one at 25 °C. */
interface AnyModel {
  readonly id: string
  /** As the machine itself writes it. */
  readonly name: string
  readonly hashboards: number
  readonly chipsPerBoard: number
  readonly hashrateThs: number
  readonly powerW: number
  readonly frequencyMhz: number
  readonly chipTempC: number
  readonly boardTempC: number
  readonly fans: number
  readonly fanRpm: number
  /** Fan speeds are told in whole multiples of this. */
  readonly fanStepRpm: number
}

export interface AntminerModel extends AnyModel {
  readonly family: 'antminer'
  /** `json`: the web API of 2020 and later. `form`: the one of the S9 and first S17. */
  readonly web: 'json' | 'form'
  /** `s9`: hashboards at 6 to 8, fans at 3 and 6, a rate that is text, and no comma between the two rows. */
  readonly stats: 's9' | 'chains'
  /** How many chips the chip map writes between two spaces. */
  readonly chipGroup: number
  readonly program: 'BMMiner' | 'CGMiner'
  readonly programVersion: string
  readonly minerVersion: string
  readonly compileTime: string
  readonly filesystemVersion: string
  readonly subtype: string
  /** Firmware that measures power tells it in stats.cgi. */
  readonly tellsWatts: boolean
  /** Builds before July 2023 refuse a configuration that lacks a field. */
  readonly wantsWholeConfiguration: boolean
  /** Answers like stats.cgi on 4028 when asked with `"new_api": true`. */
  readonly newApi: boolean
  /** Some lighttpd builds close on a POST that comes without a login. */
  readonly dropsStrangersPost: boolean
}

export interface WhatsminerModel extends AnyModel {
  readonly family: 'whatsminer'
  readonly api: 2 | 3
  readonly apiVersion: string
  readonly firmwareVersion: string
  readonly platform: string
  readonly psuModel: string
  readonly powerLimitW: number
  /** On some builds new pools are served only after `restart_btminer`. */
  readonly poolsNeedRestart: boolean
}

export interface BitaxeModel extends AnyModel {
  readonly family: 'bitaxe'
  readonly asicModel: string
  readonly boardVersion: string
  readonly smallCores: number
  readonly coreVoltageMv: number
  readonly version: string
  /** Recent AxeOS: hashrate windows, flags as booleans, identify. */
  readonly recent: boolean
}

export type Model = AntminerModel | WhatsminerModel | BitaxeModel
export type Family = Model['family']
