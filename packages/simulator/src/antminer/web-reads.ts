import { ago, shortDifficulty } from '../cgminer.ts'
import { rateHs, type BoardMeasurement } from '../measurement.ts'
import type { AntminerModel } from '../model.ts'
import { text } from '../random.ts'
import type { Identity, Snapshot } from '../protocol.ts'
import { chipMap, ghs, presentBoards, sensors } from './chains.ts'

/** `get_system_info.cgi`; firmware of the form generation knows no serial number. */
export function systemInfo(model: AntminerModel, identity: Identity, at: Snapshot): Record<string, unknown> {
  return {
    minertype: model.name,
    nettype: 'DHCP',
    netdevice: 'eth0',
    macaddr: identity.mac,
    hostname: identity.hostname,
    ipaddress: at.address,
    netmask: '255.0.0.0',
    gateway: '',
    dnsservers: '',
    system_mode: 'GNU/Linux',
    system_kernel_version: 'Linux 4.6.0-xilinx-gff8137b-dirty #25 SMP PREEMPT',
    system_filesystem_version: model.filesystemVersion,
    ...(model.web === 'form'
      ? { curtime: '11:02:17', uptime: String(at.uptimeS), loadaverage: '1.12, 1.20, 1.24', cgminer_version: '4.9.0' }
      : { firmware_type: 'Release', Algorithm: 'sha256d', serinum: identity.serial }),
  }
}

/** `stats.cgi`, and `stats` on 4028 with `new_api`. */
export function webStats(model: AntminerModel, identity: Identity, at: Snapshot): Record<string, unknown> {
  const { measurement } = at
  return {
    ...head(model, at, 'stats'),
    STATS: [
      {
        elapsed: at.minedS,
        rate_5s: ghs(rateHs(measurement, 5_000)),
        rate_30m: ghs(rateHs(measurement, 1_800_000)),
        rate_avg: ghs(rateHs(measurement)),
        rate_ideal: model.hashrateThs * 1000,
        rate_unit: 'GH/s',
        chain_num: model.hashboards,
        fan_num: model.fans,
        fan: measurement.fansRpm,
        hwp_total: 0,
        'miner-mode': 0,
        'freq-level': 100,
        ...(model.tellsWatts ? { watt: Math.round(measurement.powerW), jt: efficiency(at) } : {}),
        chain: presentBoards(at).map(board => chain(model, identity, board)),
      },
    ],
  }
}

/** `summary.cgi` */
export function webSummary(model: AntminerModel, at: Snapshot): Record<string, unknown> {
  const { measurement } = at
  return {
    ...head(model, at, 'summary'),
    SUMMARY: [
      {
        elapsed: at.minedS,
        rate_5s: ghs(rateHs(measurement, 5_000)),
        rate_30m: ghs(rateHs(measurement, 1_800_000)),
        rate_avg: ghs(rateHs(measurement)),
        rate_ideal: model.hashrateThs * 1000,
        rate_unit: 'GH/s',
        hw_all: presentBoards(at).reduce((sum, board) => sum + board.hwErrors, 0),
        bestshare: 0,
        status: [
          { type: 'rate', ...verdict(presentBoards(at).length === model.hashboards) },
          { type: 'network', ...verdict(at.pools.some(pool => pool.active)) },
          { type: 'fans', ...verdict(measurement.fansRpm.every(rpm => rpm > 0)) },
          { type: 'temp', ...verdict(presentBoards(at).every(board => board.chipTempC < 90)) },
        ],
      },
    ],
  }
}

/** `pools.cgi` */
export function webPools(model: AntminerModel, at: Snapshot): Record<string, unknown> {
  return {
    ...head(model, at, 'pools'),
    POOLS: at.pools.map(pool => ({
      index: pool.slot,
      url: pool.url,
      user: pool.user,
      status: pool.url !== '' && pool.alive ? 'Alive' : 'Dead',
      priority: pool.slot,
      getworks: 0,
      accepted: pool.accepted,
      rejected: pool.rejected,
      discarded: 0,
      stale: pool.stale,
      diff: pool.active ? shortDifficulty(pool.difficulty) : '',
      diff1: 0,
      diffa: pool.accepted * pool.difficulty,
      diffr: pool.rejected * pool.difficulty,
      diffs: pool.stale * pool.difficulty,
      lsdiff: pool.accepted > 0 ? pool.difficulty : 0,
      lstime: ago(pool.lastShareAt, at.now),
    })),
  }
}

/** `miner_type.cgi` */
export function minerType(model: AntminerModel): Record<string, unknown> {
  return { miner_type: model.name, subtype: model.subtype, fw_version: model.filesystemVersion }
}

function head(model: AntminerModel, at: Snapshot, name: string): Record<string, unknown> {
  return {
    STATUS: { STATUS: 'S', when: Math.floor(at.now / 1000), Msg: name, api_version: '1.0.0' },
    INFO: { miner_version: model.minerVersion, CompileTime: model.compileTime, type: model.name },
  }
}

function chain(model: AntminerModel, identity: Identity, board: BoardMeasurement): Record<string, unknown> {
  return {
    index: board.slot,
    freq_avg: model.frequencyMhz,
    rate_ideal: Number(((model.hashrateThs * 1000) / model.hashboards).toFixed(1)),
    rate_real: ghs(board.rateHs(5_000)),
    asic_num: model.chipsPerBoard,
    asic: chipMap(model),
    temp_pic: sensors(board.boardTempC - 10),
    temp_pcb: sensors(board.boardTempC),
    temp_chip: sensors(board.chipTempC),
    hw: board.hwErrors,
    eeprom_loaded: true,
    sn: `${model.subtype.slice(-8)}${text({ seed: identity.seed, channel: 610 + board.slot }, 8, '0123456789')}`,
    hwp: 0,
  }
}

function efficiency(at: Snapshot): number {
  const ths = rateHs(at.measurement, 1_800_000) / 1e12
  return ths > 0 ? Number((at.measurement.powerW / ths).toFixed(2)) : 0
}

function verdict(isFine: boolean): Record<string, unknown> {
  return { status: isFine ? 's' : 'e', code: isFine ? 0 : 1, msg: '' }
}
